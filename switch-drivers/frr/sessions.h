// Asks FRR about BGP sessions: two round trips for any number of them.
#pragma once

#include "switch-drivers/driver.h"
#include "switch-drivers/frr/frr_plan.h"
#include "switch-drivers/frr/wished_frr.h"
#include "switch-drivers/transport/shell.h"

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::switch_drivers::frr {

// A session of an intent, and what the switch calls it.
struct AskedSession {
  std::string port{};
  VrfName vrf{};
  VlanId tag{};
  SessionNames names{};
};

// `vtysh` is how the program is called: "vtysh", "docker exec bgp vtysh".
// VTYSH -c 'show bgp vrf all summary json'
[[nodiscard]] Command read_bgp_summary(std::string_view vtysh);
// One vtysh with four -c a peer, answers JSON objects in this order: show bgp vrf V ipv4 unicast
// neighbors I routes json, show ip prefix-list detail L json (an object a daemon, named after it;
// none when the list does not exist), the same two for ipv6.
[[nodiscard]] Command read_bgp_routes(std::string_view vtysh, std::span<const BgpPeer> peers);

// In the order of `asked`. Errors are the shell's, or Rejected: not FRR's answers.
[[nodiscard]] Result<std::vector<SessionReport>> read_sessions(
    Shell& shell, std::chrono::milliseconds deadline, std::string_view vtysh,
    const std::vector<AskedSession>& asked);

}  // namespace switchyard::switch_drivers::frr
