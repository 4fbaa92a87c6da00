#include "switch-drivers/cumulus-nvue/capabilities.h"

namespace switchyard::switch_drivers::cumulus_nvue {

std::vector<Capability> capabilities() {
  return {
      {"commit-confirm", true,
       "NVUE's own. It has one for the whole switch: one change at a time, and a person's apply in "
       "between may confirm ours or be taken back with it"},
      {"several-changes-at-once", false,
       "ports of one change are settled together: those that are not named are taken back"},
      {"versions", false,
       "Cumulus Linux 5.6 to 5.14; in 5.15 the API's words changed (\"enable on\" became \"state "
       "enabled\"), and such a switch is refused. Before 5.9 applying does not save: this driver "
       "saves by itself on every version"},
      {"save-of-one-port", false,
       "NVUE saves all that is applied, so what somebody applied and did not save is saved, too"},
      {"filters-read-back", false,
       "NVUE shows the filters that it applied, not those that FRR has in memory: what somebody "
       "changes in vtysh is not seen"},
      {"required-policy", false,
       "NVUE cannot be told \"bgp ebgp-requires-policy\"; a neighbour is made shut down, with both "
       "its filters, before it may speak"},
      {"gtsm", true, ""},
      {"maximum-prefix", true, "counts what is accepted, not what the server announces"},
      {"communities-removed", false,
       "NVUE cannot remove the communities of a server unless others take their place: a catalog "
       "should set one on what it hears (nv set router policy route-map IN rule 10 set community)"},
      {"med-removed", false,
       "NVUE sets no metric of 0: the server's stays unless a catalog sets one"},
      {"source-address-check", false,
       "not built: NVUE has it as access lists, a rule a port and family"},
      {"untagged-parent-isolation", true, "the port is in the quarantine VRF"},
      {"tag-whitelist", false,
       "not built: a tag without a subinterface should be dropped; no switch has been asked yet"},
      {"control-plane-protection", false,
       "an access list of the control plane is the operator's base configuration, and needed: "
       "Cumulus Linux answers on its own addresses in every VRF"},
      {"unreachable-default", true,
       "as static routes to a blackhole, which are the operator's base configuration: probe lists "
       "VRFs without"},
      {"port-isolation", false,
       "NVUE has no word for it: servers in the provisioning VLAN of one switch hear each other's "
       "broadcasts and can talk to each other"},
      {"dhcp-and-ra-guard", false, "NVUE has none"},
      {"service-limits", false, "not built: what a provisioning port may talk to is not limited"},
      {"storm-control", false, "not built"},
      {"refused-prefixes", true, "what a filter refused is kept, and counted"},
      {"policy-change-without-session-reset", true,
       "FRR keeps what it refused and looks at it again"},
      drain_capability(),
      {"segment", true, "VLANs of the bridge; EVPN is the operator's base configuration"},
  };
}

}  // namespace switchyard::switch_drivers::cumulus_nvue
