#include "switch-drivers/sonic/capabilities.h"

namespace switchyard::switch_drivers::sonic {

namespace {

// What depends on the image and the ASIC of this very switch.
Capability link_local(const WishContext& context) {
  return {"link-local-subinterfaces", context.link_local_only,
          context.link_local_only
              ? ""
              : "the image has no ipv6_use_link_local_only for subinterfaces (SONiC has it since "
                "2026-08); what routes them without an address depends on the image"};
}

Capability failover(const WishContext& context) {
  const bool late = context.frr_version != 0 && context.frr_version < 805;
  return {"failover-on-link-loss", !late,
          late ? "with FRR before 8.5 a lost link ends the session by its hold time" : ""};
}

Capability storm_control(const WishContext& context) {
  return {
      "storm-control", context.storm_control,
      context.storm_control
          ? "10 Mbit/s of broadcast, unknown unicast and unknown multicast each, on provisioning "
            "ports"
          : "the switch says that its ASIC cannot"};
}

}  // namespace

std::vector<Capability> capabilities(const WishContext& context) {
  return {
      {"commit-confirm", true, "a timer on the switch takes an unsettled change back"},
      {"gtsm", true, "by FRR: the packets reach the switch's CPU before they are refused"},
      {"maximum-prefix", true, "counts accepted routes"},
      {"source-address-check", false,
       "CONFIG_DB has no source-address check for subinterfaces: a server can send packets in "
       "others' names, though it cannot attract the answers"},
      {"untagged-parent-isolation", false,
       "CONFIG_DB cannot put the port beneath subinterfaces into a VRF without making it a router "
       "interface: untagged frames are not routed by the ASIC, but the switch's own addresses need "
       "a control-plane ACL"},
      {"tag-whitelist", true, "a tag without a subinterface has no router interface in the ASIC"},
      {"control-plane-protection", false,
       "a CTRLPLANE table of ACLs and the copp configuration are the operator's base "
       "configuration"},
      {"unreachable-default", false,
       "no packet leaves a VRF by another's routes as long as VRF|… has no \"fallback\": that is "
       "asked for; a default route that says so is the operator's base configuration"},
      {"port-isolation", false,
       "CONFIG_DB has no isolated ports: servers in the provisioning VLAN of one switch hear each "
       "other's broadcasts and can talk to each other"},
      {"dhcp-and-ra-guard", false,
       "CONFIG_DB has neither: a server in the provisioning VLAN can answer another one's DHCP "
       "request and give it something else to boot"},
      {"service-limits", false, "as above: what a provisioning port may talk to is not limited"},
      {"refused-prefixes", true, "counts by kind, without names, as FRR does"},
      {"policy-change-without-session-reset", false,
       "one that only lets the server announce more, or drains the switch, does not; any other one "
       "resets the session once, for FRR keeps no copy of what it refused"},
      drain_capability(),
      failover(context),
      link_local(context),
      storm_control(context),
      {"segment", true, "VLANs of CONFIG_DB; EVPN is the operator's base configuration"},
  };
}

}  // namespace switchyard::switch_drivers::sonic
