#include "switch-drivers/sonic/names.h"

#include <gmock/gmock.h>

#include <map>

namespace switchyard::switch_drivers::sonic {
namespace {

using testing::HasSubstr;

TEST(VrfName, BecomesOneOfSonics) {
  const std::map<std::string, std::string> names{
      {"private", "Vrf_private"}, {"vrf-prv", "Vrf_vrf-prv"}, {"Vrf104", "Vrf104"},
      {"Vrf-blue", "Vrf-blue"},   {"Vrf", "Vrf_Vrf"},         {"elevenchars", "Vrf_elevenchars"}};
  for (const auto& [ours, sonics] : names)
    EXPECT_EQ(vrf_name(VrfName{ours}).value(), sonics);
}

// "private" and "Vrf_private" in one VRF would be two tenants in one.
TEST(VrfName, NeverMakesOneOfTwo) {
  const auto refused = vrf_name(VrfName{"Vrf_private"});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("what VRF \"private\" becomes"));
}

TEST(VrfName, SaysHowLongItMayBe) {
  const auto refused = vrf_name(VrfName{"vrf-internet"});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("11 are left"));
  EXPECT_TRUE(vrf_name(VrfName{"VrfInternetEast"}));
}

TEST(SubinterfaceName, IsShortWhereTheLongOneDoesNotFit) {
  EXPECT_EQ(subinterface_name("Ethernet4", VlanId{101}), "Ethernet4.101");
  EXPECT_EQ(subinterface_name("Ethernet100", VlanId{101}), "Ethernet100.101");
  EXPECT_EQ(subinterface_name("Ethernet100", VlanId{1001}), "Eth100.1001");
  EXPECT_TRUE(is_short("Eth100.1001"));
  EXPECT_FALSE(is_short("Ethernet100.101"));
}

TEST(ParentOf, IsThePortInEitherForm) {
  EXPECT_EQ(parent_of("Ethernet4.101"), "Ethernet4");
  EXPECT_EQ(parent_of("Eth100.1001"), "Ethernet100");
  for (const char* other : {"Ethernet4", "PortChannel1.10", "Po1.10", "Eth.1", "Ethernet4.x", ".1",
                            "", "Vlan100", "Loopback0", "Ethernet4."})
    EXPECT_EQ(parent_of(other), "") << other;
}

TEST(CheckPort, KnowsFrontPanelPortsOnly) {
  EXPECT_TRUE(check_port("Ethernet0"));
  for (const char* other :
       {"swp1", "Ethernet", "Ethernet1/1", "PortChannel1", "Ethernet-BP0", "eth0"})
    EXPECT_FALSE(check_port(other)) << other;
}

TEST(VlanName, IsNotOfVlanOne) {
  EXPECT_EQ(vlan_name(VlanId{4094}).value(), "Vlan4094");
  EXPECT_FALSE(vlan_name(VlanId{1}));
}

}  // namespace
}  // namespace switchyard::switch_drivers::sonic
