#include "switch-drivers/linux-frr/capabilities.h"

namespace switchyard::switch_drivers::linux_frr {

std::vector<Capability> capabilities() {
  return {
      {"commit-confirm", true, "a timer on the switch takes an unsettled change back"},
      {"gtsm", true, ""},
      {"maximum-prefix", true, "counts accepted routes"},
      {"source-address-check", true,
       "tc filters in the kernel; a switch whose ASIC forwards must be able to offload them"},
      {"tag-whitelist", true, "tc filters, as above"},
      {"untagged-parent-isolation", true, "the port beneath subinterfaces is in a dead-end VRF"},
      {"unreachable-default", true, "the first routed port of a VRF adds it where it is missing"},
      {"control-plane-protection", true,
       "towards the switch's link-local addresses; its other addresses in a VRF are the operator's "
       "to guard"},
      {"port-isolation", true, ""},
      {"dhcp-and-ra-guard", true,
       "by header; fragments and IPv6 extension headers are not looked into"},
      {"service-limits", true, "tc filters, as above"},
      {"refused-prefixes", true,
       "counts by kind, without names: FRR keeps the names only in memory that nothing bounds"},
      {"policy-change-without-session-reset", false,
       "one that only lets the server announce more, or drains the switch, does not; any other one "
       "resets the session once, for FRR keeps no copy of what it refused"},
      drain_capability(),
      {"failover-on-link-loss", false,
       "with FRR before 8.5 a lost link ends the session by its hold time: that FRR crashes when a "
       "neighbour is removed whose link is down, so it must not see the link; at once with later "
       "FRR"},
      {"storm-control", false, "nothing in the kernel bridge does it"},
      {"segment", true, "VLANs of the bridge; EVPN is the operator's base configuration"},
  };
}

}  // namespace switchyard::switch_drivers::linux_frr
