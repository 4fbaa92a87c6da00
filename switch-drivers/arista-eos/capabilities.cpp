#include "switch-drivers/arista-eos/capabilities.h"

namespace switchyard::switch_drivers::arista_eos {

std::vector<Capability> capabilities() {
  return {
      {"commit-confirm", true,
       "EOS's own commit timer. There is one a switch: while a change waits to be settled, another "
       "one of other ports waits, too; and the first settling of a change settles all of it, ports "
       "that it does not name go back"},
      {"undo-restores-saved", false,
       "the timer puts back what runs and not what is saved: a port that went back by itself would "
       "be closed after a reboot until the next comparison saves it"},
      {std::string(kSeveralChanges), false, "as above"},
      drain_capability(),
      {"gtsm", true, "ttl maximum-hops 1"},
      {"maximum-prefix", true,
       "accepted routes as wished; besides, at most 1000 received ones of each session"},
      {"source-address-check", true,
       "strict unicast RPF of both families; it follows the routes the server may announce"},
      {"untagged-parent-isolation", true, "the port is in a VRF of its own that routes nothing"},
      {"tag-whitelist", true, "a routed port drops frames of tags that have no subinterface"},
      {"unreachable-default", true, "VRFs of EOS do not fall through to another one"},
      {"control-plane-protection", false,
       "the access list of the control plane is the operator's base configuration"},
      {"port-isolation", false,
       "ports of the provisioning VLAN see each other: EOS isolates by private VLANs, which would "
       "have to be the site's own layout"},
      {"service-limits", false, "a provisioning port is not limited to the services' addresses"},
      {"dhcp-and-ra-guard", false,
       "DHCP snooping and RA guard are of a VLAN: the operator's base configuration"},
      {"refused-prefixes", true,
       "counts what the session holds now by kind, not what was announced and withdrawn"},
      {"policy-change-without-session-reset", true, ""},
      {"failover-on-link-loss", true, ""},
      {"storm-control", true, "broadcast on provisioning ports"},
      {"segment", true, "VLANs; EVPN is the operator's base configuration"},
  };
}

}  // namespace switchyard::switch_drivers::arista_eos
