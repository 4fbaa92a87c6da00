#include "provisioner/port_policy.h"

#include <algorithm>

namespace switchyard::provisioner {

using switch_drivers::Attachment;
using switch_drivers::PortIntent;
using switch_drivers::PortMode;

namespace {

std::vector<PortWish> for_every_link(const std::vector<NicRecord>& nics, const PortIntent& intent) {
  std::vector<PortWish> wishes;
  for (const NicRecord& nic : nics) {
    PortWish wish{.switch_name = nic.switch_name, .intent = intent};
    wish.intent.port = nic.port;
    wishes.push_back(std::move(wish));
  }
  return wishes;
}

// What the catalog adds on a switch of this NOS.
switch_drivers::PolicyAddition added_policy(const PlannedVrf& planned, const std::string& nos) {
  const auto found = planned.policies.find(nos);
  if (found == planned.policies.end()) return {};
  return {.in = found->second.in, .out = found->second.out};
}

// Untagged and tagged VLANs of the bridge.
std::vector<PortWish> segment_wishes(const std::vector<NicRecord>& nics,
                                     const DeploymentRecord& deployment) {
  return for_every_link(nics, PortIntent{.mode = PortMode::Segment,
                                         .owner = deployment.id,
                                         .mtu = deployment.plan.mtu,
                                         .untagged = deployment.plan.segment->untagged,
                                         .tagged = deployment.plan.segment->tagged});
}

Attachment attachment(const PlannedVrf& planned, const DeploymentRecord& deployment,
                      const std::string& nos) {
  Attachment result{.vrf = planned.vrf, .tag = planned.tag, .server_asn = deployment.asn};
  for (const auto* addresses : {&planned.addresses, &planned.anycast})
    for (const IpAddress& address : *addresses)
      result.accept.push_back(host_prefix(address));
  result.advertise = planned.advertise;
  // A prefix of a family the server has no address in would only be noise to it.
  std::erase_if(result.advertise, [&](const Prefix& prefix) {
    return std::ranges::none_of(planned.addresses, [&](const IpAddress& address) {
      return address.family == prefix.network.family;
    });
  });
  result.maximum_prefix = planned.maximum_prefix;
  result.keepalive = deployment.plan.keepalive;
  result.hold = deployment.plan.hold;
  result.policy = added_policy(planned, nos);
  return result;
}

}  // namespace

PortIntent drained_or_not(PortIntent intent, bool drained) {
  for (Attachment& attachment : intent.attachments)
    attachment.drained = drained;
  return intent;
}

std::vector<PortWish> shut_wishes(const std::vector<NicRecord>& nics, const std::string& owner) {
  return for_every_link(nics, PortIntent{.mode = PortMode::Shut, .owner = owner});
}

std::vector<PortWish> provisioning_wishes(const std::vector<NicRecord>& nics, const Site& site,
                                          const std::string& owner) {
  return for_every_link(nics, PortIntent{.mode = PortMode::Provisioning,
                                         .owner = owner,
                                         .untagged = site.provisioning,
                                         .services = site.services});
}

std::vector<PortWish> routed_wishes(const std::vector<NicRecord>& nics,
                                    const DeploymentRecord& deployment) {
  if (deployment.plan.segment) return segment_wishes(nics, deployment);
  std::vector<PortWish> wishes;
  for (const NicRecord& nic : nics) {
    PortIntent intent{.port = nic.port,
                      .mode = PortMode::Routed,
                      .owner = deployment.id,
                      .mtu = deployment.plan.mtu};
    for (const PlannedVrf& planned : deployment.plan.vrfs)
      intent.attachments.push_back(attachment(planned, deployment, nic.switch_nos));
    std::ranges::sort(intent.attachments, {}, &Attachment::tag);
    wishes.push_back({.switch_name = nic.switch_name,
                      .intent = drained_or_not(std::move(intent), nic.switch_drained)});
  }
  return wishes;
}

}  // namespace switchyard::provisioner
