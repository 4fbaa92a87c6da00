#include "switch-drivers/junos/capabilities.h"

namespace switchyard::switch_drivers::junos {

std::vector<Capability> capabilities() {
  return {
      {"commit-confirm", true,
       "Junos' own, in whole minutes. It has one for the whole switch and no name for it: one "
       "change "
       "at a time, and a commit of anybody else confirms ours"},
      {std::string(kSeveralChanges), false,
       "ports of one change are settled together: those that are not named are taken back"},
      {"gtsm", false,
       "Junos has it only as a filter of the loopback interface, which is the operator's base "
       "configuration. The switch sends with hop limit 1: servers behind it must not ask for GTSM"},
      {"keepalive", false,
       "Junos sends one each third of the hold time, and has no hold time below 10 s of its own: a "
       "shorter one is the server's to ask for"},
      {"maximum-prefix", true, "counts what the server announces, not what is accepted"},
      {"source-address-check", true,
       "rpf-check on each subinterface; whether the ASIC does it for IPv6 depends on the model"},
      {"untagged-parent-isolation", false,
       "a port with vlan-tagging has no unit for untagged frames, so they should be dropped; no "
       "switch has been asked yet"},
      {"tag-whitelist", true, "a tag without a unit is dropped"},
      {"control-plane-protection", false,
       "a filter of the loopback interface is the operator's base configuration"},
      {"unreachable-default", true,
       "a routing instance has no way into another one unless the base configuration gives it one"},
      {"port-isolation", false,
       "not built: servers in the provisioning VLAN of one switch hear each other's broadcasts and "
       "can talk to each other"},
      {"dhcp-and-ra-guard", false,
       "dhcp-security and RA guard belong to the VLAN, which is the operator's base configuration"},
      {"service-limits", false, "not built: what a provisioning port may talk to is not limited"},
      {"storm-control", false, "not built"},
      {"refused-prefixes", true, "what a policy refused is kept and shown as hidden"},
      {"policy-change-without-session-reset", true,
       "Junos keeps what it refused and looks at it again"},
      drain_capability(),
      {"segment", true, "VLANs of the switch; EVPN is the operator's base configuration"},
  };
}

}  // namespace switchyard::switch_drivers::junos
