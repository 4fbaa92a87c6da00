// What a mode is on Junos, and what is said to get there: golden files of every change of mode.
#include "switch-drivers/junos/wish.h"

#include "switch-drivers/junos/describe.h"
#include "switch-drivers/junos/plan.h"
#include "tests/switch-drivers/intents.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace switchyard::switch_drivers::junos {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kPort = "et-0/0/5";

std::string as_text(const PortState& state) {
  std::string text;
  for (const Statement& statement : state.own)
    text += to_string(statement) + "\n";
  for (const auto& [root, statements] : state.shared)
    for (const Statement& statement : statements)
      text += "shared " + to_string(statement) + "\n";
  return text;
}

PortState wish(const PortIntent& intent) { return wished_state(intent).value(); }

// SWITCHYARD_UPDATE_GOLDEN=1 writes them.
void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(SWITCHYARD_JUNOS_TESTS "/golden/") + name;
  if (std::getenv("SWITCHYARD_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << text;
  std::ifstream file(path);
  std::stringstream golden;
  golden << file.rdbuf();
  EXPECT_EQ(text, golden.str()) << path;
}

const std::vector<std::pair<std::string, PortIntent>> kModes{
    {"shut", shut_port(kPort)},
    {"provisioning", provisioning_port(kPort)},
    {"segment", segment_port(kPort)},
    {"routed", routed_port(kPort)}};

TEST(JunosWish, OfEachModeIsGolden) {
  for (const auto& [name, intent] : kModes)
    expect_golden("wish_" + name + ".txt", as_text(wish(intent)));
}

TEST(JunosWish, WhatIsSentBetweenModesIsGolden) {
  for (const auto& [from_name, from] : kModes) {
    for (const auto& [to_name, to] : kModes) {
      const std::string text = describe_change({}, std::vector{IntentChange{from, to}});
      if (from_name == to_name)
        EXPECT_THAT(text, IsEmpty());
      else
        expect_golden(fmt::format("change_{}_{}.xml", from_name, to_name), text);
    }
  }
}

TEST(JunosWish, RefusesPortsThatJunosDoesNotHave) {
  for (const char* port : {"swp1", "et-0/0", "et-0/0/", "et-0//5", "et-/0/5", "et0/0/5", "lo-0/0/5",
                           "et-0/0/5x", "Ethernet4"})
    EXPECT_FALSE(wished_state(shut_port(port))) << port;
  for (const char* port : {"et-0/0/5", "xe-0/0/47", "ge-1/0/0", "mge-0/0/1"})
    EXPECT_TRUE(wished_state(shut_port(port))) << port;
}

TEST(JunosWish, AFamilyWithoutAddressesIsRefusedAltogether) {
  const std::string text = as_text(wish(routed_port(kPort)));
  EXPECT_THAT(text, HasSubstr("policy-statement SWY-I-et-0/0/5.201 @order 10-v4 90-end"));
  EXPECT_THAT(text, Not(HasSubstr("SWY-P-et-0/0/5.201-6")));
  EXPECT_THAT(text, HasSubstr("SWY-I-et-0/0/5.201 term 90-end then reject"));
}

TEST(JunosWish, PortsThatAdvertiseTheSameShareThePolicy) {
  const PortState one = wish(routed_port("et-0/0/5"));
  const PortState two = wish(routed_port("et-0/0/6"));
  EXPECT_EQ(one.shared, two.shared);
  PortIntent other = routed_port("et-0/0/7");
  other.attachments[0].advertise.pop_back();
  EXPECT_NE(wish(other).shared, one.shared);
}

TEST(JunosWish, ACatalogAddsToThePolicy) {
  PortIntent intent = routed_port(kPort);
  intent.attachments[0].policy = {
      .in = {"then community add 65000:101", "then local-preference 200"},
      .out = {"then as-path-prepend \"65001 65001\""}};
  const std::string text = as_text(wish(intent));
  EXPECT_THAT(text, HasSubstr("then local-preference local-preference 200"));
  EXPECT_THAT(text, HasSubstr("then @order SWY-C-0-any SWY-C-65000:101"));
  EXPECT_THAT(text, HasSubstr("shared policy-options community SWY-C-65000:101 members 65000:101"));
  EXPECT_THAT(text, HasSubstr("then as-path-prepend 65001 65001"));
  // Only where it was said.
  EXPECT_THAT(text, HasSubstr("SWY-I-et-0/0/5.201 term 10-v4 then local-preference "
                              "local-preference 100"));
}

TEST(JunosPlan, AChangeWithinAModeIsOnlyWhatDiffers) {
  PortIntent granted = routed_port(kPort);
  granted.attachments[0].accept.insert(granted.attachments[0].accept.begin(),
                                       prefix("10.1.0.200/32"));
  const PortState from = wish(routed_port(kPort));
  const PortState to = wish(granted);
  EXPECT_FALSE(goes_through_shut(from, to));
  const Edits edits = edits_between(from, to);
  EXPECT_THAT(edits.deleted, IsEmpty());
  ASSERT_EQ(edits.replaced.size(), 1U);
  EXPECT_EQ(to_string(edits.replaced.begin()->first),
            "policy-options prefix-list SWY-P-et-0/0/5.101-4");
}

TEST(JunosPlan, WhatGoesThroughShut) {
  for (const auto& [from_name, from] : kModes)
    for (const auto& [to_name, to] : kModes)
      EXPECT_EQ(goes_through_shut(wish(from), wish(to)), from_name != to_name)
          << from_name << " " << to_name;
  PortIntent other_vlan = provisioning_port(kPort);
  other_vlan.untagged = VlanId{101};
  EXPECT_TRUE(goes_through_shut(wish(provisioning_port(kPort)), wish(other_vlan)));
}

TEST(JunosPlan, DifferencesAreALineALeaf) {
  const PortState wished = wish(provisioning_port(kPort));
  PortState observed = wish(segment_port(kPort));
  EXPECT_THAT(difference(wished, wished, {}), IsEmpty());
  const auto differences = difference(wished, observed, {});
  EXPECT_THAT(differences,
              Contains(Difference{"interfaces interface et-0/0/5 mtu", "1518", "9018"}));
  EXPECT_THAT(differences,
              Contains(Difference{"interfaces interface et-0/0/5 native-vlan-id", "", "200"}));
}

}  // namespace
}  // namespace switchyard::switch_drivers::junos
