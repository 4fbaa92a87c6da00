#include "switch-drivers/linux-frr/kernel_reading.h"

#include "tests/switch-drivers/linux-frr/replay.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace switchyard::switch_drivers::linux_frr {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST(ParseLinks, ReadsWhatARealSwitchPrints) {
  const auto links = parse_links(transcript("routed", "links"));
  ASSERT_TRUE(links) << links.error().message;
  const Link& sub = links->at("swp1.101");
  EXPECT_EQ(sub.kind, "vlan");
  EXPECT_EQ(sub.parent, "swp1");
  EXPECT_EQ(sub.tag, 101);
  EXPECT_EQ(sub.master, "vrf-prv");
  EXPECT_TRUE(sub.up);
  EXPECT_THAT(sub.addresses, IsEmpty());  // link-local ones do not count
  EXPECT_EQ(links->at("vrf-prv").table, 1001U);
  EXPECT_EQ(links->at("br0").default_pvid, 1);
  EXPECT_TRUE(links->at("br0").vlan_filtering);
  EXPECT_THAT(links->at("eth0").addresses, ElementsAre("192.0.2.11/24"));
}

TEST(ParseLinks, PassesOverNamesThatAreNone) {
  const auto links =
      parse_links(R"([{"ifname":"lo"},{"ifname":"a b"},{"ifname":[7]},{},null,"x"])");
  ASSERT_TRUE(links);
  EXPECT_EQ(links->size(), 1U);
}

TEST(ParseLinks, MeansTheSameWhateverWasReadBefore) {
  LinkMemo memo;
  for (const char* name : {"routed", "routed", "provisioning", "routed", "provisioning"}) {
    const std::string text = transcript(name, "links");
    EXPECT_EQ(parse_links(text, memo), parse_links(text)) << name;
  }
}

TEST(ParseLinks, RefusesWhatIsNoListOfValues) {
  for (const char* text : {"{}", "[", "]", "[{]", "[{\"ifname\":\"lo\"}", "[{\"ifname\":\"lo\"}]]",
                           "[{\"ifname\":\"lo\"},]", "[,{\"ifname\":\"lo\"}]", "[\"lo]",
                           "[{\"ifname\":\"lo\"} {\"ifname\":\"lo\"}]", "[{\"ifname\":\"lo\"]}"})
    EXPECT_FALSE(parse_links(text)) << text;
}

TEST(ParseBridgePorts, MeansTheSameWhateverWasReadBefore) {
  BridgePortMemo memo;
  for (const char* name : {"routed", "provisioning", "provisioning", "routed"}) {
    const std::string vlans = transcript(name, "vlans");
    const std::string links = transcript(name, "bridge_ports");
    EXPECT_EQ(parse_bridge_ports(vlans, links, memo), parse_bridge_ports(vlans, links)) << name;
  }
}

TEST(ParseBridgePorts, ReadsVlansRangesAndFlags) {
  const auto ports = parse_bridge_ports(
      R"([{"ifname":"swp1","vlans":[{"vlan":10,"vlanEnd":12},{"vlan":100,"flags":["PVID","Egress Untagged"]}]},
          {"ifname":"br0","vlans":[{"vlan":1}]}])",
      R"([{"ifname":"swp1","isolated":true,"guard":false}])");
  ASSERT_TRUE(ports);
  ASSERT_EQ(ports->size(), 1U);
  const BridgePort& port = ports->at("swp1");
  EXPECT_EQ(port.vlans.size(), 4U);
  EXPECT_EQ(port.vlans.at(100), (VlanMembership{.pvid = true, .untagged = true}));
  EXPECT_EQ(port.vlans.at(11), VlanMembership{});
  EXPECT_TRUE(port.isolated);
  EXPECT_FALSE(port.guard);
}

TEST(ParseDeadEnds, KnowsTheVrfByNameAndByNumber) {
  const std::map<std::string, Link> links{
      {"vrf-a", {.name = "vrf-a", .kind = "vrf", .table = 1001}}};
  const auto found = parse_dead_ends(
      R"([{"type":"unreachable","dst":"default","table":"1001"},{"dst":"default","table":"vrf-b"},{"dst":"10.0.0.0/8","table":"vrf-c"}])",
      Family::V6, links);
  ASSERT_TRUE(found);
  EXPECT_THAT(*found, UnorderedElementsAre("vrf-a v6", "vrf-b v6"));
}

TEST(ParseFilters, GivesEachDeviceItsOwnInTheOrderAsked) {
  const std::vector<std::string> devices{"swp1", "swp1.101", "swp1.201"};
  const auto filters = parse_filters(transcript("routed", "filters") + "[]\n", devices);
  ASSERT_TRUE(filters) << filters.error().message;
  EXPECT_EQ(filters->at("swp1")->size(), 4U);
  const Filter last = *filters->at("swp1.101")->rbegin();
  EXPECT_EQ(last, (Filter{.preference = 100, .handle = 1, .protocol = "all", .action = "drop"}));
}

TEST(ParseFilters, RefusesMoreOrFewerAnswersThanDevices) {
  const std::vector<std::string> devices{"a"};
  EXPECT_TRUE(parse_filters("Cannot find device \"b\"\n[]\nCommand failed -:2\n[]\n", devices));
  for (const char* output : {"", "[]\n", "[]\n[]\n[]\n", "[", "[1,\n"}) {
    const auto filters = parse_filters(output, devices);
    ASSERT_FALSE(filters) << output;
    EXPECT_EQ(filters.error().code, Errc::Unavailable);
  }
}

TEST(ParseFilters, ReadsTheEgressOfPortsAfterTheIngressOfAll) {
  const std::vector<std::string> devices{"a", "a.5", "b"};
  const auto shown = [](int preference) {
    return fmt::format(
        R"([{{"protocol":"arp","pref":{0},"kind":"flower","chain":0}},{{"protocol":"arp","pref":{0},"kind":"flower","options":{{"handle":1,"keys":{{"eth_type":"arp","arp_sip":"172.16.100.1"}},"actions":[{{"kind":"gact","control_action":{{"type":"pass"}}}}]}}}}])"
        "\n",
        preference);
  };
  const auto filters = parse_filters(shown(1) + shown(2) + "[]\n" + shown(3) + "[]\n", devices);
  ASSERT_TRUE(filters) << filters.error().message;
  const auto filter = [](bool leaving, unsigned preference) {
    return Filter{.leaving = leaving,
                  .preference = preference,
                  .handle = 1,
                  .protocol = "arp",
                  .match = "arp_sip 172.16.100.1",
                  .action = "pass"};
  };
  EXPECT_EQ(*filters->at("a"), (Filters{filter(false, 1), filter(true, 3)}));
  EXPECT_EQ(*filters->at("a.5"), Filters{filter(false, 2)});
  EXPECT_TRUE(filters->at("b")->empty());
}

TEST(ParseFilters, MarksValuesItWouldNotPutInACommand) {
  const std::vector<std::string> devices{"a"};
  const auto filters = parse_filters(
      R"([{"protocol":"ip","pref":1,"kind":"flower","options":{"handle":1,"keys":{"src_ip":"1.2.3.4; reboot"},"actions":[]}}]
[])",
      devices);
  ASSERT_TRUE(filters);
  EXPECT_EQ(filters->at("a")->begin()->match, "src_ip ?");
}

TEST(ParseSettings, TurnsTheKeyBack) {
  const auto settings = parse_settings("net.ipv6.conf.swp1/101.accept_ra = 0\nnonsense\n");
  ASSERT_EQ(settings.size(), 1U);
  EXPECT_EQ(settings.at("net/ipv6/conf/swp1.101/accept_ra"), "0");
}

TEST(ParseFiles, PutsLinesBackTogether) {
  const auto files = parse_files("/a/b.conf:one\n/a/b.conf:\n/a/c.conf:x:y\ngrep: no\n");
  EXPECT_EQ(files.at("/a/b.conf"), "one\n\n");
  EXPECT_EQ(files.at("/a/c.conf"), "x:y\n");
  EXPECT_EQ(files.size(), 2U);
}

}  // namespace
}  // namespace switchyard::switch_drivers::linux_frr
