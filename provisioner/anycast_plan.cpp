#include "provisioner/anycast_plan.h"

#include "ipam/addresses.h"
#include "ipam/subnets.h"

#include <fmt/format.h>

#include <algorithm>

namespace switchyard::provisioner {
namespace {

// An anycast address of the order: the project's, in this VRF, and taken for sharing.
Status check_shared(db::Session& session, const VrfName& vrf, const IpAddress& address,
                    const DeployRequest& request) {
  const std::string what = to_string(address) + " in VRF " + vrf.value;
  const auto record = ipam::find_address(session, vrf, address);
  const auto subnet = record ? ipam::find_subnet(session, record->subnet) : std::nullopt;
  if (!subnet || subnet->project != request.project ||
      record->state == ipam::AddressState::HoldDown)
    return failure(Errc::Invalid, "project " + request.project + " has not taken " + what +
                                      ": take it first (switchyard subnet take SUBNET --address " +
                                      to_string(address) + " --anycast)");
  if (record->sharing != ipam::Sharing::Anycast)
    return failure(Errc::Invalid, "address " + what + " belongs to " + record->owner +
                                      " alone: name one that was taken as anycast");
  return {};
}

// The switches would end the session of a server that announces more routes of a family.
Status check_room(const catalogs::CatalogAttachment& attachment, const PlannedVrf& planned,
                  const DeployRequest& request) {
  for (const Family family : {Family::V4, Family::V6}) {
    const auto named =
        std::ranges::count(planned.anycast, family, [](const auto& a) { return a.family; });
    if (named + 1 > static_cast<long>(attachment.maximum_prefix))
      return failure(
          Errc::Invalid,
          fmt::format("catalog {} lets a server announce {} routes a family in VRF {} "
                      "(maximum_prefix), the order names {} anycast addresses of IPv{} and it has "
                      "one of its own: name fewer, or raise maximum_prefix in the catalog",
                      request.catalog, attachment.maximum_prefix, attachment.vrf.value, named,
                      static_cast<int>(family)));
  }
  return {};
}

}  // namespace

Status plan_anycast(db::Session& session, const catalogs::CatalogAttachment& attachment,
                    const DeployRequest& request, const std::set<Family>& families,
                    PlannedVrf& planned) {
  const auto asked = request.anycast.find(attachment.vrf.value);
  if (asked == request.anycast.end() || asked->second.empty()) return {};
  if (!attachment.anycast)
    return failure(Errc::Invalid, "catalog " + request.catalog +
                                      " allows no anycast addresses in VRF " +
                                      attachment.vrf.value + ": order by one that does");
  for (const std::string& text : asked->second) {
    const auto address = parse_ip(text);
    if (!address) return tl::unexpected(address.error().in("anycast address"));
    if (!families.contains(address->family))
      return failure(Errc::Invalid,
                     fmt::format("anycast address {} needs an IPv{} subnet of VRF {} in the order: "
                                 "the server would have no routes of that family",
                                 to_string(*address), static_cast<int>(address->family),
                                 attachment.vrf.value));
    if (Status shared = check_shared(session, attachment.vrf, *address, request); !shared)
      return shared;
    planned.anycast.push_back(*address);
  }
  std::ranges::sort(planned.anycast);
  if (const auto twin = std::ranges::adjacent_find(planned.anycast); twin != planned.anycast.end())
    return failure(Errc::Invalid, "anycast address " + to_string(*twin) + " is there twice");
  return check_room(attachment, planned, request);
}

}  // namespace switchyard::provisioner
