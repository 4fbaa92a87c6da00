// Decides what a server's ports must look like. Pure.
#pragma once

#include "core/net.h"
#include "provisioner/site.h"
#include "provisioner/store/records.h"
#include "switch-drivers/port_intent.h"

#include <string>
#include <vector>

namespace switchyard::provisioner {

// A port of a switch with its wish; a server has one a link.
struct PortWish {
  std::string switch_name{};
  switch_drivers::PortIntent intent{};
  friend bool operator==(const PortWish&, const PortWish&) = default;
};

// The same for a switch that is drained, or is not: its sessions stay, and say that any other path
// is better.
[[nodiscard]] switch_drivers::PortIntent drained_or_not(switch_drivers::PortIntent intent,
                                                        bool drained);

[[nodiscard]] std::vector<PortWish> shut_wishes(const std::vector<NicRecord>& nics,
                                                const std::string& owner);
[[nodiscard]] std::vector<PortWish> provisioning_wishes(const std::vector<NicRecord>& nics,
                                                        const Site& site, const std::string& owner);
// What a deployment's ports are while it is active. Every link gets the same sessions: exactly the
// deployment's host routes, and the anycast ones granted to it, may be announced on it. A plan with
// a segment: the same VLANs, nothing routed.
[[nodiscard]] std::vector<PortWish> routed_wishes(const std::vector<NicRecord>& nics,
                                                  const DeploymentRecord& deployment);

}  // namespace switchyard::provisioner
