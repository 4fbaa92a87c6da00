#include "switch-drivers/sonic/wish.h"

#include "switch-drivers/sonic/capabilities.h"
#include "switch-drivers/sonic/requirements.h"
#include "tests/switch-drivers/intents.h"
#include "tests/switch-drivers/sonic/states.h"

#include <gmock/gmock.h>

namespace switchyard::switch_drivers::sonic {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TEST(SonicWish, AShutPortIsDownAndMemberOfNothing) {
  const PortState state = wish(shut_port(kPort));
  EXPECT_EQ(as_text(state.rows), "PORT|Ethernet4 admin_status=down mtu=1500\n");
  EXPECT_TRUE(state.frr.empty() && state.frr_shared.empty());
}

TEST(SonicWish, AProvisioningPortIsUntaggedInOneVlanAndCannotFloodIt) {
  EXPECT_EQ(as_text(wish(provisioning_port(kPort)).rows),
            "PORT|Ethernet4 admin_status=up mtu=1500\n"
            "PORT_STORM_CONTROL|Ethernet4|broadcast kbps=10000\n"
            "PORT_STORM_CONTROL|Ethernet4|unknown-multicast kbps=10000\n"
            "PORT_STORM_CONTROL|Ethernet4|unknown-unicast kbps=10000\n"
            "VLAN_MEMBER|Vlan100|Ethernet4 tagging_mode=untagged\n");
}

TEST(SonicWish, ASegmentPortIsInItsVlans) {
  EXPECT_EQ(as_text(wish(segment_port(kPort)).rows),
            "PORT|Ethernet4 admin_status=up description=dep-2 1 mtu=9000\n"
            "VLAN_MEMBER|Vlan200|Ethernet4 tagging_mode=untagged\n"
            "VLAN_MEMBER|Vlan201|Ethernet4 tagging_mode=tagged\n"
            "VLAN_MEMBER|Vlan202|Ethernet4 tagging_mode=tagged\n");
}

TEST(SonicWish, ARoutedPortHasASubinterfaceInEachVrf) {
  EXPECT_EQ(as_text(wish(routed(kPort)).rows),
            "PORT|Ethernet4 admin_status=up description=dep-1 7 mtu=1500\n"
            "VLAN_SUB_INTERFACE|Ethernet4.101 admin_status=up ipv6_use_link_local_only=enable "
            "vrf_name=Vrf_vrf-prv\n"
            "VLAN_SUB_INTERFACE|Ethernet4.201 admin_status=up ipv6_use_link_local_only=enable "
            "vrf_name=Vrf_vrf-pub\n");
}

TEST(SonicWish, ALongPortHasShortSubinterfacesThatSayTheirVlan) {
  const PortState state = wish(routed(kLongPort), kOldImage);
  EXPECT_EQ(as_text(state.rows),
            "PORT|Ethernet100 admin_status=up description=dep-1 7 mtu=1500\n"
            "VLAN_SUB_INTERFACE|Eth100.1001 admin_status=up vlan=1001 vrf_name=Vrf_vrf-prv\n"
            "VLAN_SUB_INTERFACE|Eth100.1101 admin_status=up vlan=1101 vrf_name=Vrf_vrf-pub\n");
  EXPECT_TRUE(state.frr.contains(
      {"router bgp 65001 vrf Vrf_vrf-prv", "", "neighbor Eth100.1001 remote-as 4200000005"}));
}

// The same text as linux-frr's but for the names (frr/wished_frr.h makes both).
TEST(SonicWish, HasTheFiltersOfEveryNos) {
  const PortState state = wish(routed(kPort));
  const std::string block = "router bgp 65001 vrf Vrf_vrf-prv";
  for (const char* family : {"address-family ipv4 unicast", "address-family ipv6 unicast"})
    EXPECT_TRUE(state.frr.contains(
        {block, family, "neighbor Ethernet4.101 prefix-list SWY-P-Ethernet4.101 in"}));
  EXPECT_TRUE(state.frr.contains({"ip prefix-list SWY-P-Ethernet4.101 seq 65000 deny any"}));
}

TEST(SonicWish, NamesWhatSonicCannotBeTold) {
  frr::PolicyMemo memo;
  const auto said = [&](const PortIntent& intent) {
    const auto state = wished_state(intent, kNewImage, memo);
    return state ? std::string{} : state.error().message;
  };
  EXPECT_THAT(said(provisioning_port("swp1")), HasSubstr("is like Ethernet4"));
  PortIntent intent = routed(kPort);
  intent.attachments[0].vrf = VrfName{"vrf-internet"};
  EXPECT_THAT(said(intent), HasSubstr("port Ethernet4: VRF vrf-internet"));
  intent = provisioning_port(kPort);
  intent.untagged = VlanId{1};
  EXPECT_THAT(said(intent), HasSubstr("cannot have VLAN 1"));
}

TEST(PortIntentCheck, LetsANosShortenALongName) {
  EXPECT_TRUE(check(routed(kLongPort)));
  PortIntent longer = routed(kLongPort);
  longer.port = "Ethernet-BP1000";
  EXPECT_FALSE(check(longer));
}

TEST(PortState, FindsRoutingUnderEitherName) {
  for (const std::string& port : {kPort, kLongPort}) {
    const PortState wished = wish(routed(port));
    frr::FrrConfig routing;
    for (const frr::FrrLine& line : wished.frr)
      routing.by_port[frr::port_of(line)].insert(line);
    EXPECT_EQ(port_state(on_a_switch(wished.rows), routing, port).frr, wished.frr);
    EXPECT_EQ(routing.by_port.size(), 1U);
  }
}

frr::FrrConfig base_routing() {
  return frr::parse_frr_config(
             "frr defaults traditional\nrouter bgp 65001 vrf Vrf_vrf-prv\nexit\n"
             "router bgp 65001 vrf Vrf_vrf-pub\nexit\n")
      .value();
}

TEST(SonicRequirements, NameWhatIsMissing) {
  ConfigDb db = base_config();
  const frr::FrrConfig routing = base_routing();
  const auto said = [&](const PortIntent& intent) {
    const Status status = check_requirements(intent, {db, routing, Asn{65001}});
    return status ? std::string{} : status.error().message;
  };
  for (const PortIntent& intent : all_intents(kPort))
    EXPECT_EQ(said(intent), "");
  EXPECT_THAT(problems_of({db, routing, Asn{65001}}), IsEmpty());
  EXPECT_THAT(said(shut_port("Ethernet8")), HasSubstr("is not on the switch"));
  db[{"VRF", "Vrf_vrf-prv"}]["fallback"] = "true";
  EXPECT_THAT(said(routed(kPort)), HasSubstr("fallback"));
  db.erase({"VRF", "Vrf_vrf-prv"});
  EXPECT_THAT(said(routed(kPort)), HasSubstr("port Ethernet4: the switch has no VRF Vrf_vrf-prv"));
  db.erase({"VLAN", "Vlan100"});
  EXPECT_THAT(said(provisioning_port(kPort)), HasSubstr("has no Vlan100"));
  db[{"PORTCHANNEL_MEMBER", "PortChannel1|" + kPort}] = {};
  EXPECT_THAT(said(shut_port(kPort)), HasSubstr("PORTCHANNEL_MEMBER|PortChannel1|Ethernet4"));
}

TEST(SonicRequirements, WantFrrLeftToUsAndFiltersRequired) {
  ConfigDb db = base_config();
  frr::FrrConfig routing = base_routing();
  const BaseConfig base{db, routing, Asn{65001}};
  const auto said = [&] { return check_requirements(routed(kPort), base).error().message; };
  routing.lines.insert({"router bgp 65001 vrf Vrf_vrf-pub", "", "no bgp ebgp-requires-policy"});
  EXPECT_THAT(said(), HasSubstr("needs the line \"bgp ebgp-requires-policy\""));
  EXPECT_THAT(problems_of(base), testing::SizeIs(1));
  routing.lines.clear();
  EXPECT_THAT(said(), HasSubstr("FRR has no \"router bgp 65001 vrf Vrf_vrf-prv\""));
  db.erase({"DEVICE_METADATA", "localhost"});
  EXPECT_THAT(said(), HasSubstr("split-unified and has separated"));
  EXPECT_TRUE(check_requirements(provisioning_port(kPort), base)) << "needs no FRR";
  EXPECT_THAT(problems_of(base), testing::SizeIs(2));
}

TEST(SonicCapabilities, SayWhyNot) {
  for (const WishContext& context : {kNewImage, kOldImage}) {
    for (const Capability& capability : capabilities(context))
      EXPECT_TRUE(capability.supported || !capability.limitation.empty()) << capability.name;
  }
}

}  // namespace
}  // namespace switchyard::switch_drivers::sonic
