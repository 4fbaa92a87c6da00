#include "switch-drivers/arista-eos/wish.h"

#include "switch-drivers/arista-eos/policy.h"
#include "switch-drivers/arista-eos/port_lines.h"
#include "tests/switch-drivers/arista-eos/golden.h"

#include <gmock/gmock.h>

namespace switchyard::switch_drivers::arista_eos {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(EosWish, EachModeIsItsGoldenFile) {
  expect_golden("shut.txt", as_text(all_of(wish(shut_port(kPort)))));
  expect_golden("provisioning.txt", as_text(all_of(wish(provisioning_port(kPort)))));
  expect_golden("segment.txt", as_text(all_of(wish(segment_port(kPort)))));
  expect_golden("routed.txt", as_text(all_of(wish(routed()))));
}

TEST(EosWish, EveryListEndsInADenyAndEveryNeighbourNeedsItsPolicy) {
  const std::string text = as_text(all_of(wish(routed())));
  for (const char* line :
       {"ip prefix-list SWY-P-Ethernet5.101 / seq 65000 deny 0.0.0.0/0 le 32",
        "ipv6 prefix-list SWY-P-Ethernet5.201 / seq 65000 deny ::/0 le 128",
        "missing-policy address-family all direction in action deny", "ttl maximum-hops 1",
        "interface Ethernet5 / vrf vrf-quarantine", "remote-as 4200000005"})
    EXPECT_THAT(text, HasSubstr(line));
}

TEST(EosWish, SharedPolicyIsNamedAfterWhatItSays) {
  const PortLines one = wish(routed());
  PortIntent other = routed();
  other.port = "Ethernet6";
  EXPECT_EQ(one.shared, wish(other).shared);
  other.attachments[0].policy.in = {"set local-preference 200"};
  EXPECT_NE(one.shared, wish(other).shared);
  EXPECT_THAT(as_text(wish(other).shared), HasSubstr("set local-preference 200"));
}

TEST(EosWish, VlansInARowAreShownAsOne) {
  PortIntent trunk = segment_port(kPort);
  trunk.tagged = {VlanId{201}, VlanId{202}, VlanId{210}};
  EXPECT_THAT(as_text(wish(trunk).own), HasSubstr("switchport trunk allowed vlan 200-202,210"));
  trunk.untagged.reset();
  EXPECT_THAT(as_text(wish(trunk).own), HasSubstr("switchport trunk native vlan tag"));
}

TEST(EosPolicy, TakesWhatEosKnowsAndNamesTheLineOfWhatItDoesNot) {
  const JudgedPolicy good = judge_policy(
      "route-map IN permit 10\n set community 65000:101\n set local-preference 200\nexit\n");
  EXPECT_TRUE(good.faults.empty());
  EXPECT_EQ(good.addition.in,
            (std::vector<std::string>{"set community 65000:101", "set local-preference 200"}));
  EXPECT_TRUE(check_policy(good.addition));
  const JudgedPolicy bad = judge_policy(
      "route-map OUT permit 10\n match origin igp\n set community graceful-shutdown\n"
      " neighbor 10.0.0.1 activate\n");
  ASSERT_EQ(bad.faults.size(), 3U);
  EXPECT_EQ(bad.faults[0].line, 2);
  EXPECT_EQ(bad.faults[1].line, 3);
  EXPECT_EQ(bad.faults[2].line, 4);
  EXPECT_FALSE(check_policy({.in = {"match origin igp"}}));
  EXPECT_FALSE(check_policy({.out = {"neighbor 10.0.0.1 activate"}}));
}

TEST(EosPortLines, WhatIsNotOursToSayIsLeftAloneAndWhatOpensThePortIsNoticed) {
  Config running = all_of(wish(routed()));
  const PortLines wished = wish(routed());
  running.insert({"interface Ethernet5", "load-interval 5"});
  running.insert({"interface Ethernet5", "speed forced 100gfull"});
  running.insert({"interface Ethernet51", "no switchport"});
  running.insert({"router bgp 65001", "neighbor UPLINK peer group"});
  EXPECT_TRUE(differences(wished, observed_lines(running, kPort, wished)).empty());
  for (const Line& line :
       {Line{"interface Ethernet5", "ip address 192.0.2.1/24"}, Line{"interface Ethernet5.300"},
        Line{"router bgp 65001", "neighbor interface Ethernet5.101 peer-group X remote-as 1"},
        Line{"ip prefix-list SWY-P-Ethernet5.101", "seq 7 permit 10.0.0.0/8"}}) {
    Config changed = running;
    changed.insert(line);
    const auto found = differences(wished, observed_lines(changed, kPort, wished));
    ASSERT_EQ(found.size(), 1U) << to_text(line);
    EXPECT_EQ(found[0].observed, line.back());
  }
}

TEST(EosPortLines, SharedPolicyNobodyRefersToIsUnusedAndWhatOnlyItNeedsToo) {
  Config config = all_of(wish(routed()));
  EXPECT_TRUE(unused_policy(config).empty());
  config.erase({"router bgp 65001", "vrf vrf-prv"});
  std::erase_if(config, [](const Line& line) { return line[0].starts_with("router bgp"); });
  const std::vector<Line> unused = unused_policy(config);
  EXPECT_TRUE(std::ranges::any_of(
      unused, [](const Line& line) { return line[0].find("SWY-ONE-AS") != std::string::npos; }));
  EXPECT_TRUE(std::ranges::none_of(
      unused, [](const Line& line) { return line[0].find("SWY-P-") != std::string::npos; }));
}

}  // namespace
}  // namespace switchyard::switch_drivers::arista_eos
