#include "switch-drivers/sonic/change.h"

#include "tests/switch-drivers/intents.h"
#include "tests/switch-drivers/sonic/states.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace switchyard::switch_drivers::sonic {
namespace {

using testing::HasSubstr;
using testing::Not;

PortChange change_of(const PortIntent& from, const PortIntent& to) {
  PortChange change{.wish = to, .before = wish(from), .after = wish(to)};
  change.plan = plan_port(change.before, change.after, {});
  return change;
}

std::size_t first(const std::vector<Command>& commands, std::string_view part) {
  const auto found = std::ranges::find_if(
      commands, [&](const Command& one) { return one.line.find(part) != std::string::npos; });
  EXPECT_NE(found, commands.end()) << part;
  return static_cast<std::size_t>(found - commands.begin());
}

TEST(SonicChange, ArmsBeforeAnythingIsInForceAndSavesThePortClosedFirst) {
  const std::vector changes{change_of(provisioning_port(kPort), routed(kPort))};
  const auto built = change_commands({.change_id = "c1"}, changes, {});
  for (std::size_t i = 0; i < built.arm; ++i)
    EXPECT_TRUE(built.commands[i].line.starts_with("mkdir ") ||
                built.commands[i].line.starts_with("cat >/run/switchyard/c1/"))
        << built.commands[i].line;
  EXPECT_EQ(built.commands[built.arm].line, "sh /run/switchyard/c1/deadman arm 60");
  EXPECT_THAT(built.commands[built.arm + 1].line,
              HasSubstr("step Ethernet4 python3 - '{\"fields\":{\"admin_status\":\"down\"}"));
  for (std::size_t i = built.arm + 1; i < built.commands.size(); ++i)
    EXPECT_TRUE(built.commands[i].line.starts_with("sh /run/switchyard/c1/deadman step Ethernet4 "))
        << built.commands[i].line;
}

TEST(SonicChange, OpensNothingInTheFirstExchange) {
  const std::vector changes{change_of(provisioning_port(kPort), routed(kPort))};
  for (const Command& command : change_commands({.change_id = "c1"}, changes, {}).commands) {
    if (command.line.starts_with("cat >")) continue;
    EXPECT_THAT(command.line, Not(HasSubstr("admin_status up mtu")));
    EXPECT_THAT(command.line, Not(testing::EndsWith("'PORT|Ethernet4' admin_status up")));
  }
  const auto opening = opening_commands("c1", {&changes.front()});
  EXPECT_LT(first(opening, "vtysh -f"), first(opening, "'PORT|Ethernet4' admin_status up"));
}

TEST(SonicChange, LetsThePortsTakeTurns) {
  const std::vector changes{change_of(provisioning_port("Ethernet4"), routed("Ethernet4")),
                            change_of(provisioning_port("Ethernet8"), routed("Ethernet8"))};
  const auto commands = change_commands({.change_id = "c1"}, changes, {}).commands;
  EXPECT_EQ(first(commands, "HSET 'PORT|Ethernet4' admin_status down") + 1,
            first(commands, "HSET 'PORT|Ethernet8' admin_status down"));
}

TEST(SonicChange, LeavesAPortThatStaysInItsModeSavedAsItIs) {
  PortIntent more = routed(kPort);
  more.attachments[0].accept.push_back(prefix("10.1.0.200/32"));
  const auto commands =
      change_commands({.change_id = "c1"}, {change_of(routed(kPort), more)}, {}).commands;
  for (const Command& command : commands)
    EXPECT_THAT(command.line, Not(HasSubstr(" python3 ")));
}

// FRR may complain about what is gone already; every other step must have worked.
TEST(SonicUndo, StopsWhereSonicDoesNotFollow) {
  const std::string text =
      render_undo(routed(kPort), wish(provisioning_port(kPort)), wish(routed(kPort)));
  EXPECT_THAT(text, HasSubstr("admin_status down || exit 94\n"));
  EXPECT_THAT(text, HasSubstr("docker exec -i bgp vtysh -f /dev/stdin <<'SWY-IN'\n"));
  EXPECT_LT(text.find("<save.py"), text.find("admin_status up || exit 94"))
      << "what is saved is right before the port opens";
  EXPECT_EQ(handle::parse_undo(text)->wish, routed(kPort));
}

TEST(SonicPreview, SaysNothingWhereNothingChanges) {
  const std::vector<IntentChange> same{{routed(kPort), routed(kPort)}};
  EXPECT_EQ(describe_change({.asn = Asn{65001}}, same), "");
}

TEST(SonicPreview, ShowsTheStepsAndWhatCannotBeSaid) {
  PortIntent wrong = routed(kLongPort);
  wrong.attachments[0].vrf = {"Vrf_private"};
  const std::vector<IntentChange> ports{{shut_port(kPort), routed(kPort)},
                                        {shut_port(kLongPort), wrong}};
  const std::string text = describe_change({.asn = Asn{65001}}, ports);
  EXPECT_THAT(text, HasSubstr("sonic-db-cli CONFIG_DB HSET 'VLAN_SUB_INTERFACE|Ethernet4.101'"));
  EXPECT_THAT(text, HasSubstr("neighbor Ethernet4.101 interface v6only"));
  EXPECT_THAT(text, HasSubstr("# port Ethernet100: VRF Vrf_private: on SONiC"));
  EXPECT_THAT(text, Not(HasSubstr("deadman")));
}

TEST(SonicPreview, TakesAwayTheObjectsNobodyNeedsAnyMore) {
  const std::vector<IntentChange> ports{{routed(kPort), shut_port(kPort)}};
  EXPECT_THAT(describe_change({.asn = Asn{65001}}, ports), HasSubstr("no route-map SWY-"));
}

}  // namespace
}  // namespace switchyard::switch_drivers::sonic
