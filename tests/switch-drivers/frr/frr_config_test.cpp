#include "switch-drivers/frr/frr_config.h"

#include <gmock/gmock.h>

namespace switchyard::switch_drivers::frr {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kConfig = R"(Building configuration...

Current configuration:
!
frr version 8.4.4
frr defaults traditional
hostname tor1
!
interface swp1.101
 ipv6 nd ra-interval 1
exit
!
router bgp 65001 vrf vrf-prv
 no bgp default ipv4-unicast
 neighbor SWY-G-1 peer-group
 neighbor swp1.101 interface v6only peer-group SWY-G-1
 neighbor swp10.101 interface v6only peer-group SWY-G-1
 neighbor up1.3001 interface remote-as external
 !
 address-family ipv4 unicast
  neighbor SWY-G-1 route-map SWY-I4-1 in
  neighbor swp1.101 prefix-list SWY-P-swp1.101 in
 exit-address-family
 !
 address-family ipv6 unicast
  neighbor SWY-G-1 activate
 exit-address-family
exit
!
ip prefix-list SWY-P-swp1.101 seq 5 permit 10.1.0.5/32
ip prefix-list FABRIC seq 5 permit any
ip prefix-list SWY-O-1 seq 5 permit 10.0.0.0/8
!
route-map SWY-I4-1 permit 10
 match ip address prefix-list SWY-O-1
exit
!
route-map SWY-I4-9 permit 10
exit
!
end
)";

FrrConfig config() { return parse_frr_config(kConfig).value(); }

TEST(FrrConfig, KnowsWhatEachLineStandsIn) {
  const FrrLines& lines = config().lines;
  EXPECT_TRUE(lines.contains({"hostname tor1"}));
  EXPECT_TRUE(lines.contains({"interface swp1.101", "", "ipv6 nd ra-interval 1"}));
  EXPECT_TRUE(lines.contains({"router bgp 65001 vrf vrf-prv", "", "no bgp default ipv4-unicast"}));
  EXPECT_TRUE(lines.contains({"router bgp 65001 vrf vrf-prv", "address-family ipv6 unicast",
                              "neighbor SWY-G-1 activate"}));
  EXPECT_TRUE(lines.contains({"ip prefix-list FABRIC seq 5 permit any"}));
}

TEST(FrrConfig, KnowsItsVersion) {
  EXPECT_EQ(config().version, 804);
  EXPECT_EQ(parse_frr_config("frr version 10.1-dev\nhostname t\n")->version, 1001);
  EXPECT_EQ(parse_frr_config("frr version x\nhostname t\n")->version, 0);
}

TEST(FrrConfig, FindsThePortOfALine) {
  const FrrConfig parsed = config();
  EXPECT_EQ(parsed.by_port.at("swp1").size(), 5U);
  EXPECT_EQ(parsed.by_port.at("swp10").size(), 1U);
  EXPECT_EQ(parsed.by_port.at("up1").size(), 1U);
}

TEST(FrrConfig, FollowsSharedObjectsFromTheirUsers) {
  const FrrConfig parsed = config();
  const FrrLines& used = *parsed.closure_by_port.at("swp10");
  EXPECT_TRUE(used.contains({"ip prefix-list SWY-O-1 seq 5 permit 10.0.0.0/8"}));
  EXPECT_TRUE(used.contains({"route-map SWY-I4-1 permit 10"}));
  EXPECT_FALSE(used.contains({"route-map SWY-I4-9 permit 10"}));
  EXPECT_THAT(*parsed.closure_by_port.at("up1"), IsEmpty());
}

TEST(FrrConfig, SpellsOutTheActivationThatIsTheDefault) {
  const auto parsed =
      parse_frr_config("hostname t\nrouter bgp 1 vrf v\n neighbor SWY-G-1 peer-group\nexit\n");
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->lines.contains(
      {"router bgp 1 vrf v", "address-family ipv4 unicast", "neighbor SWY-G-1 activate"}));
  EXPECT_FALSE(parsed->lines.contains(
      {"router bgp 1 vrf v", "address-family ipv6 unicast", "neighbor SWY-G-1 activate"}));
}

TEST(FrrConfig, RefusesWhatIsNone) {
  EXPECT_FALSE(parse_frr_config(""));
  EXPECT_FALSE(parse_frr_config("vtysh: failed to connect to any daemons\n"));
  EXPECT_FALSE(parse_frr_config("hostname t\nrouter \x01 bgp\n"));
  EXPECT_FALSE(parse_frr_config("hostname t\n" + std::string(5000, 'x') + "\n"));
}

TEST(FrrConfig, NamesTheObjectOfALine) {
  EXPECT_EQ(shared_object({"route-map SWY-I4-1 permit 10", "", "set metric 0"}),
            "route-map SWY-I4-1");
  EXPECT_EQ(shared_object({"ipv6 prefix-list SWY-O-1 seq 5 permit any"}),
            "ipv6 prefix-list SWY-O-1");
  EXPECT_EQ(shared_object({"bgp as-path access-list SWY-ONE-AS seq 5 permit ^[0-9]+$"}),
            "bgp as-path access-list SWY-ONE-AS");
  EXPECT_EQ(shared_object({"router bgp 1 vrf v", "", "neighbor SWY-G-1 peer-group"}),
            "router bgp 1 vrf v SWY-G-1");
  EXPECT_EQ(shared_object({"ip prefix-list SWY-P-swp1.101 seq 5 permit any"}), "");
  EXPECT_EQ(shared_object({"router bgp 1 vrf v", "", "neighbor swp1.1 peer-group SWY-G-1"}), "");
  EXPECT_THAT(names_in({"router bgp 1 vrf v", "", "neighbor SWY-G-1 route-map SWY-I4-1 in"}),
              ElementsAre("SWY-G-1", "SWY-I4-1"));
}

}  // namespace
}  // namespace switchyard::switch_drivers::frr
