// The facade's addresses: VRFs, subnets, addresses taken by hand.
#include "core/db/query.h"
#include "ipam/addresses.h"
#include "ipam/allocator.h"
#include "ipam/subnets.h"
#include "provisioner/service_page.h"
#include "provisioner/service_unit.h"
#include "provisioner/service_work.h"

namespace switchyard::provisioner {
namespace {

SubnetView to_view(const ipam::SubnetUsage& item) {
  const ipam::Subnet& subnet = item.subnet;
  return {.name = subnet.name,
          .vrf = subnet.vrf.value,
          .prefix = to_string(subnet.prefix),
          .project = subnet.project,
          .used = std::to_string(item.usage.used + item.usage.reserved),
          .total = ipam::to_decimal(item.usage.total),
          .on_hold = std::to_string(item.usage.held),
          .hold_down_seconds = subnet.hold_down.count(),
          .version = subnet.version};
}

AddressView to_view(const ipam::AddressRecord& record) {
  return {.address = to_string(record.address),
          .subnet = record.subnet,
          .vrf = record.vrf.value,
          .owner = record.owner,
          .name = record.name,
          .state = ipam::to_string(record.state),
          .anycast = record.sharing == ipam::Sharing::Anycast};
}

Result<ipam::Subnet> visible_subnet(db::Session& session, const Viewer& viewer,
                                    const std::string& name) {
  auto subnet = ipam::find_subnet(session, name);
  if (!subnet || !may_see(viewer, subnet->project))
    return failure(Errc::NotFound, "there is no subnet " + name);
  return std::move(*subnet);
}

SubnetView with_usage(db::Session& session, const ipam::Subnet& subnet) {
  return to_view(
      {subnet, ipam::find_utilisation(session, subnet.name).value_or(ipam::Utilisation{})});
}

}  // namespace

Result<Page<VrfView>> Service::list_vrfs(const PageRequest& page) {
  return db::read(pool_, "list VRFs", [&](db::Session& session) -> Result<Page<VrfView>> {
    std::vector<VrfView> vrfs;
    for (const auto& [name, tag, description, version] :
         db::select<std::string, int, std::string, long long>(
             session,
             "SELECT name, tag, description, version FROM fabric_vrfs WHERE name > :a ORDER BY "
             "name" +
                 limit(page),
             page.after))
      vrfs.push_back({name, static_cast<std::uint16_t>(tag), description, version});
    return page_of(std::move(vrfs), page, [](const VrfView& vrf) { return vrf.name; });
  });
}

Result<Page<SubnetView>> Service::list_subnets(const Viewer& viewer, const std::string& vrf,
                                               const PageRequest& page) {
  return db::read(pool_, "list subnets", [&](db::Session& session) -> Result<Page<SubnetView>> {
    return page_of<SubnetView>(
        ipam::list_subnets(session, {.vrf = vrf, .project = project_of(viewer)}, page.after,
                           static_cast<std::size_t>(page.size) + 1),
        page, [](const ipam::SubnetUsage& item) { return item.subnet.name; },
        [](const ipam::SubnetUsage& item) { return to_view(item); });
  });
}

Result<SubnetView> Service::find_subnet(const Viewer& viewer, const std::string& name) {
  return db::read(pool_, "find subnet", [&](db::Session& session) -> Result<SubnetView> {
    return visible_subnet(session, viewer, name).map([&](const ipam::Subnet& subnet) {
      return with_usage(session, subnet);
    });
  });
}

Result<SubnetView> Service::create_subnet(const Viewer& viewer, const SubnetOrder& order,
                                          Mode mode) {
  if (!may_see(viewer, order.project))
    return failure(Errc::NotFound, "there is no project " + order.project);
  const auto vrf = parse_vrf(order.vrf);
  if (!vrf) return tl::unexpected(vrf.error());
  const auto prefix = parse_prefix(order.prefix);
  if (!prefix) return tl::unexpected(prefix.error());
  const ipam::Subnet subnet{.name = order.name,
                            .vrf = *vrf,
                            .prefix = *prefix,
                            .project = order.project,
                            .whole = order.whole,
                            .hold_down = std::chrono::seconds(order.hold_down_seconds)};
  return write_or_try<SubnetView>(
      pool_, "create subnet " + order.name, mode, [&](db::Session& session) -> Result<SubnetView> {
        return ipam::insert_subnet(session, subnet, clock_.now())
            .map([&](const ipam::Subnet& made) { return with_usage(session, made); });
      });
}

Status Service::remove_subnet(const Viewer& viewer, const std::string& name,
                              std::optional<long long> version, Mode mode) {
  return write_or_try<Nothing>(
             pool_, "remove subnet " + name, mode,
             [&](db::Session& session) -> Result<Nothing> {
               const auto subnet = visible_subnet(session, viewer, name);
               if (!subnet) return tl::unexpected(subnet.error());
               return ipam::remove_subnet(session, name, version, clock_.now()).map([] {
                 return Nothing{};
               });
             })
      .map([](Nothing) {});
}

Result<std::vector<std::string>> Service::available_addresses(const Viewer& viewer,
                                                              const std::string& name, int limit) {
  return db::read(pool_, "available addresses of " + name,
                  [&](db::Session& session) -> Result<std::vector<std::string>> {
                    const auto subnet = visible_subnet(session, viewer, name);
                    if (!subnet) return tl::unexpected(subnet.error());
                    auto free =
                        allocator_.available(session, name, static_cast<std::size_t>(limit));
                    if (!free) return tl::unexpected(free.error());
                    std::vector<std::string> texts;
                    for (const IpAddress& address : *free)
                      texts.push_back(to_string(address));
                    return texts;
                  });
}

Result<std::vector<AddressView>> Service::take_addresses(const Viewer& viewer,
                                                         const std::string& name,
                                                         const std::vector<AddressOrder>& orders,
                                                         Mode mode) {
  std::vector<ipam::AddressRequest> requests;
  for (const AddressOrder& order : orders) {
    ipam::AddressRequest request{
        .subnet = name,
        .owner = order.owner.empty() ? viewer.name : order.owner,
        .name = order.name,
        .sharing = order.anycast ? ipam::Sharing::Anycast : ipam::Sharing::Exclusive};
    if (request.owner.starts_with("dep-"))
      return failure(Errc::Invalid, "an owner may not look like a deployment: " + request.owner);
    if (order.address) {
      const auto wanted = parse_ip(*order.address);
      if (!wanted) return tl::unexpected(wanted.error());
      request.wanted = *wanted;
    }
    requests.push_back(std::move(request));
  }
  return write_or_try<std::vector<AddressView>>(
      pool_, "take addresses of " + name, mode,
      [&](db::Session& session) -> Result<std::vector<AddressView>> {
        const auto subnet = visible_subnet(session, viewer, name);
        if (!subnet) return tl::unexpected(subnet.error());
        auto taken = allocator_.take_all(session, requests);
        if (!taken) return tl::unexpected(taken.error());
        std::vector<AddressView> views;
        for (const ipam::AddressRecord& record : *taken)
          views.push_back(to_view(record));
        return views;
      });
}

Result<Page<AddressView>> Service::list_addresses(const Viewer& viewer, const std::string& name,
                                                  const PageRequest& page) {
  return db::read(
      pool_, "addresses of " + name, [&](db::Session& session) -> Result<Page<AddressView>> {
        const auto subnet = visible_subnet(session, viewer, name);
        if (!subnet) return tl::unexpected(subnet.error());
        std::optional<IpAddress> after;
        if (!page.after.empty()) {
          const auto parsed = parse_ip(page.after);
          if (!parsed) return tl::unexpected(parsed.error());
          after = *parsed;
        }
        return page_of<AddressView>(
            ipam::list_addresses(session, *subnet, after, static_cast<std::size_t>(page.size) + 1),
            page, [](const ipam::AddressRecord& record) { return to_string(record.address); },
            [](const ipam::AddressRecord& record) { return to_view(record); });
      });
}

Status Service::release_address(const Viewer& viewer, const std::string& name,
                                const std::string& text, Mode mode) {
  const auto address = parse_ip(text);
  if (!address) return tl::unexpected(address.error());
  return write_or_try<Nothing>(
             pool_, "release " + text, mode,
             [&](db::Session& session) -> Result<Nothing> {
               const auto subnet = visible_subnet(session, viewer, name);
               if (!subnet) return tl::unexpected(subnet.error());
               const auto record = ipam::find_address(session, subnet->vrf, *address);
               if (!record || record->subnet != name ||
                   record->state == ipam::AddressState::HoldDown)
                 return failure(Errc::NotFound,
                                "address " + text + " of subnet " + name + " is not taken");
               if (record->owner.starts_with("dep-"))
                 return failure(Errc::Conflict, "address " + text + " belongs to deployment " +
                                                    record->owner + "; release that");
               return allocator_.release_address(session, subnet->vrf, *address)
                   .map([](const ipam::AddressRecord&) { return Nothing{}; });
             })
      .map([](Nothing) {});
}

}  // namespace switchyard::provisioner
