#include "provisioner/replan.h"

#include <algorithm>

namespace switchyard::provisioner {
namespace {

using catalogs::CatalogAttachment;

tl::unexpected<Error> needs_install(const std::string& why) {
  return failure(Errc::Conflict, why + "; a server gets that when it is installed anew");
}

std::string segment_change(const Plan& plan, const catalogs::NetworkCatalog& network) {
  if (!network.segment) return "VRFs are attached instead of " + to_string(*plan.segment);
  const std::string now = plan.segment ? to_string(*plan.segment) : "VRFs";
  return to_string(*network.segment) + " instead of " + now;
}

Status replan_vrf(PlannedVrf& planned, const CatalogAttachment& attachment) {
  const std::string& vrf = planned.vrf.value;
  if (attachment.tag && *attachment.tag != planned.tag)
    return needs_install("VRF " + vrf + " has tag " + std::to_string(attachment.tag->value) +
                         " instead of " + std::to_string(planned.tag.value));
  for (const IpAddress& address : planned.addresses)
    if (!(address.family == Family::V4 ? attachment.ipv4 : attachment.ipv6))
      return needs_install("VRF " + vrf + " has no IPv" +
                           std::to_string(static_cast<int>(address.family)) + " any more");
  if (!planned.anycast.empty() && !attachment.anycast)
    return failure(Errc::Conflict, "VRF " + vrf +
                                       " allows no anycast addresses any more, and the "
                                       "server was granted some");
  planned.advertise = attachment.advertise;
  planned.maximum_prefix = attachment.maximum_prefix;
  planned.policies = attachment.policies;
  return {};
}

}  // namespace

Result<Plan> replan(const Plan& plan, const catalogs::NetworkCatalog& network) {
  Plan next = plan;
  if (network.mtu != plan.mtu)
    return needs_install("the MTU is " + std::to_string(network.mtu) + " instead of " +
                         std::to_string(plan.mtu));
  if (network.segment != plan.segment) return needs_install(segment_change(plan, network));
  for (PlannedVrf& planned : next.vrfs) {
    const auto found = std::ranges::find(network.attachments, planned.vrf, &CatalogAttachment::vrf);
    if (found == network.attachments.end())
      return needs_install("VRF " + planned.vrf.value + " is not attached any more");
    if (const Status done = replan_vrf(planned, *found); !done) return tl::unexpected(done.error());
  }
  for (const CatalogAttachment& attachment : network.attachments)
    if (std::ranges::find(plan.vrfs, attachment.vrf, &PlannedVrf::vrf) == plan.vrfs.end())
      return needs_install("VRF " + attachment.vrf.value + " is attached, too");
  next.keepalive = network.keepalive;
  next.hold = network.hold;
  return next;
}

}  // namespace switchyard::provisioner
