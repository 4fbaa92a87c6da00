// From an attachment to the lines FRR must have for its session. Pure, and the same for every NOS
// whose routing is FRR: only the names of the interface and the VRF are the NOS's.
#pragma once

#include "switch-drivers/frr/frr_config.h"
#include "switch-drivers/port_intent.h"

#include <map>
#include <string>

namespace switchyard::switch_drivers::frr {

// FRR lines of a routed port: its own, and the shared objects they need.
struct WishedFrr {
  FrrLines own{};
  FrrLines shared{};
};

// Route maps by direction and family.
struct RouteMaps {
  std::string in4{}, in6{}, out4{}, out6{};
};

// What all sessions of one VRF with the same rules share: policy and peer-group.
struct SharedPolicy {
  FrrLines lines{};
  std::string group{};  // name of the peer-group
  // Of a drained session: its own, before those of the group, so that it stays in its group, and
  // up.
  RouteMaps instead{};
};

// Shared policy by everything that decides it, so that it is worked out once and not for each port.
// Stays small: all ports of a switch want one of a few. Not thread-safe.
using PolicyMemo = std::map<std::string, SharedPolicy>;

// What the switch calls the two ends of a session.
struct SessionNames {
  std::string interface {};  // "swp1.101"
  std::string vrf{};         // "vrf-prv"
};

struct FrrContext {
  Asn asn{};
  int version{};  // FrrConfig::version
};

[[nodiscard]] WishedFrr wished_session(const Attachment& attachment, const SessionNames& names,
                                       const FrrContext& context, PolicyMemo& memo);

}  // namespace switchyard::switch_drivers::frr
