// What a mode is to NVUE, and what is said to get there: golden files of every change of mode.
#include "switch-drivers/cumulus-nvue/wish.h"

#include "switch-drivers/cumulus-nvue/describe.h"
#include "switch-drivers/cumulus-nvue/plan.h"
#include "tests/switch-drivers/intents.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace switchyard::switch_drivers::cumulus_nvue {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const SwitchContext kContext{.asn = Asn{65001}, .bridge = "br_default", .quarantine = "quarantine"};

std::string as_text(const PortState& state) {
  std::string text;
  for (const auto& [path, value] : state.own)
    text += to_string(path) + " = " + value + "\n";
  for (const auto& [root, leaves] : state.shared)
    for (const auto& [path, value] : leaves)
      text += "shared " + to_string(path) + " = " + value + "\n";
  return text;
}

PortState wish(const PortIntent& intent) { return wished_state(intent, kContext).value(); }

// SWITCHYARD_UPDATE_GOLDEN=1 writes them.
void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(SWITCHYARD_CUMULUS_NVUE_TESTS "/golden/") + name;
  if (std::getenv("SWITCHYARD_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << text;
  std::ifstream file(path);
  std::stringstream golden;
  golden << file.rdbuf();
  EXPECT_EQ(text, golden.str()) << path;
}

const std::vector<std::pair<std::string, PortIntent>> kModes{{"shut", shut_port()},
                                                             {"provisioning", provisioning_port()},
                                                             {"segment", segment_port()},
                                                             {"routed", routed_port()}};

TEST(NvueWish, OfEachModeIsGolden) {
  for (const auto& [name, intent] : kModes)
    expect_golden("wish_" + name + ".txt", as_text(wish(intent)));
}

TEST(NvueWish, WhatIsSentBetweenModesIsGolden) {
  for (const auto& [from_name, from] : kModes) {
    for (const auto& [to_name, to] : kModes) {
      const std::string text = describe_change(kContext, std::vector{IntentChange{from, to}});
      if (from_name == to_name)
        EXPECT_THAT(text, IsEmpty());
      else
        expect_golden(fmt::format("change_{}_{}.txt", from_name, to_name), text);
    }
  }
}

TEST(NvueWish, RefusesPortsThatCumulusDoesNotHave) {
  for (const char* port :
       {"swp", "swp1s", "swps1", "swp1.5", "eth0", "Ethernet4", "xswp1", "swp1s0s0", "swp12345678"})
    EXPECT_FALSE(wished_state(shut_port(port), kContext)) << port;
  for (const char* port : {"swp1", "swp64", "swp1s3", "swp64s7"})
    EXPECT_TRUE(wished_state(shut_port(port), kContext)) << port;
}

TEST(NvueWish, RefusesASubinterfaceOfVlan1) {
  PortIntent intent = routed_port();
  intent.attachments[0].tag = VlanId{1};
  EXPECT_FALSE(wished_state(intent, kContext));
}

// An empty prefix list of FRR takes everything.
TEST(NvueWish, AFamilyWithoutAddressesIsRefusedAltogether) {
  const std::string text = as_text(wish(routed_port()));
  EXPECT_THAT(text, HasSubstr("prefix-list SWY-P-swp1.201-6 rule 65535 action = deny"));
  EXPECT_THAT(text, HasSubstr("prefix-list SWY-P-swp1.201-6 rule 65535 match any = {}"));
  EXPECT_THAT(text, Not(HasSubstr("SWY-P-swp1.201-6 rule 10")));
}

TEST(NvueWish, OnItsWayAPortIsClosedAndItsNeighboursAreShutDown) {
  const PortState closed = closed_state(wish(routed_port()));
  EXPECT_EQ(kind_of(closed), Kind::Closed);
  EXPECT_THAT(units_of(closed), IsEmpty());
  const std::string text = as_text(closed);
  EXPECT_THAT(text, HasSubstr("vrf vrf-prv router bgp neighbor swp1.101 shutdown = on"));
  EXPECT_THAT(text, HasSubstr("vrf vrf-pub router bgp neighbor swp1.201 shutdown = on"));
  EXPECT_THAT(text, HasSubstr("interface swp1 ip vrf = quarantine"));
  EXPECT_THAT(as_text(closed_state(wish(provisioning_port()))), Not(HasSubstr("bridge")));
}

TEST(NvueWish, ADrainTouchesNoInterfaceAndNoSession) {
  PortIntent drained = routed_port();
  for (Attachment& one : drained.attachments)
    one.drained = true;
  const PortState to = wish(drained);
  EXPECT_FALSE(goes_through_shut(wish(routed_port()), to));
  const Edits edits = edits_between(wish(routed_port()), to);
  for (const auto& [path, value] : edits.set)
    EXPECT_TRUE(path[0] == "router" || path.back() == "route-map") << to_string(path);
  EXPECT_THAT(edits.unset, IsEmpty());
  const std::string text = as_text(to);
  EXPECT_THAT(text, HasSubstr("SWY-I-swp1.101-4 rule 10 set community 65535:0 = {}"));
  EXPECT_THAT(text, HasSubstr("SWY-I-swp1.101-4 rule 10 set local-preference = 0"));
  EXPECT_THAT(text, HasSubstr("SWY-I-swp1.101-4 rule 10 set as-path-prepend last-as = 3"));
  EXPECT_THAT(text, HasSubstr("-4 rule 10 set as-path-prepend as = 65001"));
}

TEST(NvueWish, WhatACatalogAddsIsPartOfTheMaps) {
  PortIntent intent = routed_port();
  intent.attachments[0].policy = {.in = {"community 65000:101", "local-preference 200"},
                                  .out = {"metric 50"}};
  const std::string text = as_text(wish(intent));
  EXPECT_THAT(text, HasSubstr("SWY-I-swp1.101-6 rule 10 set community 65000:101 = {}"));
  EXPECT_THAT(text, HasSubstr("SWY-I-swp1.101-6 rule 10 set local-preference = 200"));
  EXPECT_THAT(text, HasSubstr("-6 rule 10 set metric = 50"));
}

// Everything of a port is found again in what the switch shows, and what is not ours is not.
TEST(NvueObjects, AConfigurationIsCutByItsPorts) {
  Leaves all = wish(routed_port()).own;
  for (const auto& [root, leaves] : wish(routed_port()).shared)
    all.insert(leaves.begin(), leaves.end());
  all[{"interface", "swp1", "link", "fec"}] = "rs";
  all[{"interface", "swp1", "acl", "x", "inbound"}] = "{}";
  all[{"interface", "swp10", "description"}] = "other";
  all[{"router", "policy", "route-map", "theirs", "rule", "10", "match", "ip-prefix-list"}] = "p";
  all[{"vrf", "default", "router", "bgp", "neighbor", "swp51", "remote-as"}] = "external";
  const Config config = sort_config(all);
  const PortState state = port_state(config, "swp1");
  EXPECT_EQ(state.own, wish(routed_port()).own);
  EXPECT_EQ(state.shared, wish(routed_port()).shared);
  EXPECT_THAT(unused_shared(config), IsEmpty());
  EXPECT_FALSE(config.by_port.contains("swp51"));
  EXPECT_EQ(config.by_port.at("swp10").size(), 1U);
}

TEST(NvueObjects, SharedOnesGoWithTheirLastUser) {
  Config config;
  config.shared = wish(routed_port()).shared;
  EXPECT_EQ(unused_shared(config).size(), config.shared.size());
  // A person's session that is told what ours are told.
  Leaves all;
  for (const auto& [root, leaves] : config.shared)
    all.insert(leaves.begin(), leaves.end());
  std::string map;
  for (const auto& [root, leaves] : config.shared)
    if (root[2] == kRouteMap) map = root[3];
  all[{"vrf", "x", "router", "bgp", "neighbor", "192.0.2.1", "address-family", "ipv4-unicast",
       "policy", "outbound", "route-map"}] = map;
  const auto unused = unused_shared(sort_config(all));
  EXPECT_EQ(unused.size(), config.shared.size() - 2);  // the map, and its prefix list
}

TEST(NvuePlan, TakesAwayWholeObjectsAndSetsNothingThatIsThere) {
  const PortState routed = wish(routed_port());
  const PortState shut = wish(shut_port());
  const Edits edits = edits_between(routed, shut);
  EXPECT_TRUE(edits.unset.contains(interface_path("swp1.101")));
  EXPECT_TRUE(edits.unset.contains(neighbour_path("vrf-prv", "swp1.101")));
  EXPECT_TRUE(edits.unset.contains(policy_path(kPrefixList, "SWY-P-swp1.101-4")));
  EXPECT_TRUE(edits.unset.contains(Path{"interface", "swp1", "ip"}));
  EXPECT_EQ(edits.set.size(), 1U);  // link state down
  EXPECT_TRUE(edits_between(routed, routed).empty());
}

TEST(NvuePlan, AnotherMemberOrVrfGoesThroughShut) {
  PortIntent other = routed_port();
  other.attachments.pop_back();
  EXPECT_TRUE(goes_through_shut(wish(routed_port()), wish(other)));
  EXPECT_TRUE(goes_through_shut(wish(provisioning_port()), wish(segment_port())));
  PortIntent filters = routed_port();
  filters.attachments[0].accept.pop_back();
  EXPECT_FALSE(goes_through_shut(wish(routed_port()), wish(filters)));
}

}  // namespace
}  // namespace switchyard::switch_drivers::cumulus_nvue
