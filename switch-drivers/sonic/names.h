// What SONiC calls the things of a port. Its daemons and its YANG models read meaning out of names,
// so they are rules and not a matter of taste.
#pragma once

#include "core/net.h"
#include "core/result.h"

#include <string>
#include <string_view>

namespace switchyard::switch_drivers::sonic {

// A VRF of SONiC begins with "Vrf" and has at most 15 characters. Ours become one so that two of
// ours never become the same:
//   Vrf104        Vrf104        begins so already and has no '_' there
//   private       Vrf_private   everything else, up to 11 characters
//   Vrf_private   Invalid       it would be what "private" becomes: name it that
[[nodiscard]] Result<std::string> vrf_name(const VrfName& vrf);

// The other way round: what an intent calls a VRF of the switch.
[[nodiscard]] VrfName intent_vrf(std::string_view name);

// Front-panel ports only: "Ethernet" and a number. Invalid for others.
[[nodiscard]] Status check_port(std::string_view port);

// Ethernet4.101, or Eth100.1001 where that has more than 15 characters; the short form needs the
// field `vlan` in its row. `port` has passed check_port().
[[nodiscard]] std::string subinterface_name(std::string_view port, VlanId tag);
[[nodiscard]] bool is_short(std::string_view subinterface);

// The port of a subinterface in either form; "" when it is none.
[[nodiscard]] std::string parent_of(std::string_view subinterface);
// What FRR's lines about a port's subinterfaces may call the port: "Ethernet4" -> "Eth4".
[[nodiscard]] std::string short_port(std::string_view port);

// Vlan100. SONiC has 2 to 4094. Invalid: VLAN 1.
[[nodiscard]] Result<std::string> vlan_name(VlanId vlan);

}  // namespace switchyard::switch_drivers::sonic
