#include "switch-drivers/sonic/live.h"

#include "switch-drivers/sonic/state.h"
#include "tests/switch-drivers/sonic/states.h"

#include <gmock/gmock.h>

namespace switchyard::switch_drivers::sonic {
namespace {

using testing::HasSubstr;

TEST(SonicLive, IsWhatTheDaemonsMakeOfTheRows) {
  const ConfigDb live = expected_live(wish(routed(kPort)).rows);
  EXPECT_EQ(as_text(live),
            "INTERFACE_TABLE|Ethernet4.101 vrf=Vrf_vrf-prv\n"
            "INTERFACE_TABLE|Ethernet4.201 vrf=Vrf_vrf-pub\n"
            "PORT_TABLE|Ethernet4 admin_status=up\n");
}

TEST(SonicLive, FindsThePortOfEachRow) {
  const auto live = parse_live(
      R"({"PORT_TABLE|Ethernet4":{"admin_status":"up"},"PORT_TABLE|Ethernet40":{"admin_status":"up"},)"
      R"("VLAN_MEMBER_TABLE|Vlan100|Ethernet4":{"state":"ok"},)"
      R"("INTERFACE_TABLE|Eth4.1001":{"vrf":"Vrf1"},"INTERFACE_TABLE|Ethernet4.101":{"vrf":""},)"
      R"("BUM_STORM_CAPABILITY|broadcast":{"supported":"yes"}})");
  ASSERT_TRUE(live) << live.error().message;
  EXPECT_EQ(as_text(live_of(*live, "Ethernet4")),
            "INTERFACE_TABLE|Eth4.1001 vrf=Vrf1\n"
            "PORT_TABLE|Ethernet4 admin_status=up\n"
            "VLAN_MEMBER_TABLE|Vlan100|Ethernet4 state=ok\n");
  EXPECT_TRUE(can_storm_control(*live));
}

TEST(SonicLive, KnowsAnEmptyTableOfLua) {
  const auto live = parse_live("[]\n");
  ASSERT_TRUE(live);
  EXPECT_TRUE(live->empty());
  EXPECT_FALSE(can_storm_control(*live));
}

TEST(SonicLive, RefusesWhatIsNone) {
  for (const char* text : {"", "null", "[1]", R"({"a":{}})", R"({"T|k":3})", R"({"T|k":{"f":1}})",
                           R"({"T|k":{"f":"x"})", "Traceback (most recent call last)"})
    EXPECT_FALSE(parse_live(text)) << text;
}

// CONFIG_DB says the wish, but SONiC has not done it.
TEST(SonicState, IsNotTheWishAsLongAsTheDaemonsDoNotSaySo) {
  const PortState wished = wish(routed(kPort));
  PortState now = wished;
  EXPECT_TRUE(running_differences(wished, now).empty());
  now.live.erase({"INTERFACE_TABLE", "Ethernet4.101"});
  const auto differences = running_differences(wished, now);
  ASSERT_FALSE(differences.empty());
  EXPECT_THAT(differences.front().subject, HasSubstr("state_db INTERFACE_TABLE|Ethernet4.101"));
  EXPECT_FALSE(only_lacks_opening(differences));
}

TEST(SonicState, LacksOnlyItsOpeningWhenClosedWithNeighborsShutDown) {
  const PortState wished = wish(routed(kPort));
  PortState now = wished;
  now.rows[{"PORT", kPort}]["admin_status"] = "down";
  now.live[{"PORT_TABLE", kPort}]["admin_status"] = "down";
  now.frr.insert({"router bgp 65001 vrf Vrf_vrf-prv", "", "neighbor Ethernet4.101 shutdown"});
  EXPECT_TRUE(only_lacks_opening(running_differences(wished, now)));
  now.frr.insert({"router bgp 65001 vrf Vrf_vrf-prv", "", "neighbor Ethernet4.101 passive"});
  EXPECT_FALSE(only_lacks_opening(running_differences(wished, now)));
}

}  // namespace
}  // namespace switchyard::switch_drivers::sonic
