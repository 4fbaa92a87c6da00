#include "switch-drivers/linux-frr/linux_frr_driver.h"

#include "tests/switch-drivers/intents.h"
#include "tests/switch-drivers/linux-frr/replay.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace switchyard::switch_drivers::linux_frr {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const ApplyOptions kOptions{.change_id = "c1"};

PortIntent lab_routed_port() {
  PortIntent intent = routed_port();
  intent.owner = "dep-0k3v9x2m4t7qc1zr 7";
  intent.attachments[1].accept = {prefix("203.0.113.5/32"), prefix("2001:db8:113::5/128")};
  intent.attachments[1].advertise = {prefix("0.0.0.0/0"), prefix("::/0")};
  return intent;
}

struct Rig {
  explicit Rig(std::vector<std::string> states) {
    auto owned = std::make_unique<ReplayShell>(std::move(states));
    shell = owned.get();
    driver = make_linux_frr_driver(
        {.name = "tor1"}, {.asn = Asn{65001}, .quarantine = "quarantine"}, std::move(owned));
  }

  Result<std::vector<PortOutcome>> apply(PortIntent intent) {
    const std::vector<PortIntent> wished{std::move(intent)};
    return driver->apply(wished, kOptions);
  }

  ReplayShell* shell{};
  std::unique_ptr<Driver> driver{};
};

TEST(LinuxFrrDriver, SeesNoDifferenceInAStateItMade) {
  for (const auto& [state, intent] :
       {std::pair{"provisioning", provisioning_port()}, std::pair{"routed", lab_routed_port()}}) {
    Rig rig({state});
    const std::vector<PortIntent> wished{intent};
    const auto reports = rig.driver->compare(wished);
    ASSERT_TRUE(reports) << reports.error().message;
    EXPECT_THAT(reports->at(0).running, IsEmpty())
        << state << ": " << reports->at(0).running.at(0).subject;
    EXPECT_THAT(reports->at(0).saved, IsEmpty())
        << state << ": " << reports->at(0).saved.at(0).subject;
  }
}

TEST(LinuxFrrDriver, SendsNothingWhenThereIsNoDifference) {
  Rig rig({"routed"});
  const auto outcomes = rig.apply(lab_routed_port());
  ASSERT_TRUE(outcomes) << outcomes.error().message;
  EXPECT_TRUE(outcomes->at(0).status);
  EXPECT_FALSE(outcomes->at(0).changed);
  ASSERT_EQ(rig.shell->exchanges.size(), 1U);
  EXPECT_THAT(as_text(rig.shell->exchanges[0]), Not(HasSubstr("deadman")));
}

struct Flip {
  std::string from{};
  std::string to{};
  PortIntent intent{};
};

TEST(LinuxFrrDriver, FlipsInTwoExchangesInTheWrittenOrder) {
  for (const Flip& flip : {Flip{"provisioning", "routed", lab_routed_port()},
                           Flip{"routed", "provisioning", provisioning_port()}}) {
    Rig rig({flip.from, flip.from, flip.to});
    const std::vector<PortIntent> known{lab_routed_port()};
    ASSERT_TRUE(rig.driver->compare(known));  // a warm driver knows what the port had
    const auto outcomes = rig.apply(flip.intent);
    ASSERT_TRUE(outcomes) << outcomes.error().message;
    EXPECT_TRUE(outcomes->at(0).status) << outcomes->at(0).status.error().message;
    EXPECT_TRUE(outcomes->at(0).changed);
    ASSERT_EQ(rig.shell->exchanges.size(), 3U);
    std::vector<Command> sent = rig.shell->exchanges[2];
    EXPECT_EQ(sent.at(1).line, "cat >/run/switchyard/c1/deadman");
    sent.erase(sent.begin() + 1);
    expect_golden(flip.from + "_to_" + flip.to + ".txt", as_text(sent));
  }
}

TEST(LinuxFrrDriver, ClosesAPortThatReadsBackWrong) {
  Rig rig({"provisioning"});  // takes everything, changes nothing
  const auto outcomes = rig.apply(lab_routed_port());
  ASSERT_TRUE(outcomes) << outcomes.error().message;
  ASSERT_FALSE(outcomes->at(0).status);
  EXPECT_EQ(outcomes->at(0).status.error().code, Errc::Rejected);
  EXPECT_THAT(outcomes->at(0).remaining, Not(IsEmpty()));
  ASSERT_EQ(rig.shell->exchanges.size(), 3U);
  EXPECT_EQ(rig.shell->exchanges[2][0].line,
            "sh /run/switchyard/c1/deadman run ip -force -batch -");
  EXPECT_EQ(rig.shell->exchanges[2][0].input, "link set dev swp1 down\n");
}

TEST(LinuxFrrDriver, ChangesNothingWithoutItsTimer) {
  Rig rig({"provisioning"});
  rig.shell->replies = {{"sh /run/switchyard/c1/deadman arm", {95, "no bus\n"}}};
  const auto outcomes = rig.apply(lab_routed_port());
  ASSERT_FALSE(outcomes);
  EXPECT_EQ(outcomes.error().code, Errc::Rejected);
  EXPECT_THAT(outcomes.error().message, HasSubstr("no bus"));
  for (const Command& command : rig.shell->exchanges[1]) {
    const bool harmless =
        command.line.starts_with("sh /run/switchyard/c1/deadman ") ||
        command.line.starts_with("cat ") || command.line.starts_with("mkdir ") ||
        command.line.find("show") != std::string::npos || command.line.starts_with("grep ") ||
        command.line.starts_with("sysctl -e") || command.line.starts_with("tc -j ");
    EXPECT_TRUE(harmless) << command.line;
  }
}

TEST(LinuxFrrDriver, SaysWhatTheSwitchLacks) {
  struct Case {
    PortIntent intent{};
    std::string says{};
    Errc code{};
  };

  PortIntent other_vrf = lab_routed_port();
  other_vrf.attachments[0].vrf = {"vrf-lab"};
  for (const auto& [intent, says, code] :
       {Case{provisioning_port("swp77"), "not on the switch", Errc::NotFound},
        Case{other_vrf, "no VRF vrf-lab", Errc::Rejected}}) {
    Rig rig({"provisioning"});
    const auto outcomes = rig.apply(intent);
    ASSERT_TRUE(outcomes);
    ASSERT_FALSE(outcomes->at(0).status);
    EXPECT_EQ(outcomes->at(0).status.error().code, code);
    EXPECT_THAT(outcomes->at(0).status.error().message, HasSubstr(says));
    EXPECT_EQ(rig.shell->exchanges.size(), 1U);
  }
}

TEST(LinuxFrrDriver, RefusesRoutedModeWhereFiltersAreNotRequired) {
  Rig rig({"provisioning"});
  std::string config = transcript("provisioning", "running_config");
  const std::string block = "router bgp 65001 vrf vrf-prv\n";
  config.replace(config.find(block), block.size(), block + " no bgp ebgp-requires-policy\n");
  rig.shell->replies = {{"vtysh -c 'show running-config'", {0, config}}};
  const auto outcomes = rig.apply(lab_routed_port());
  ASSERT_TRUE(outcomes);
  ASSERT_FALSE(outcomes->at(0).status);
  EXPECT_THAT(outcomes->at(0).status.error().message, HasSubstr("no bgp ebgp-requires-policy"));
  const auto facts = rig.driver->probe();
  ASSERT_TRUE(facts);
  EXPECT_THAT(facts->problems, testing::Contains(HasSubstr("no bgp ebgp-requires-policy")));
}

TEST(LinuxFrrDriver, OneUnfitPortDoesNotHoldBackAnother) {
  Rig rig({"provisioning", "routed"});
  const std::vector<PortIntent> wished{provisioning_port("swp77"), lab_routed_port()};
  const auto outcomes = rig.driver->apply(wished, kOptions);
  ASSERT_TRUE(outcomes);
  EXPECT_FALSE(outcomes->at(0).status);
  EXPECT_TRUE(outcomes->at(1).status);
  EXPECT_THAT(as_text(rig.shell->exchanges[1]), Not(HasSubstr("swp77.undo")));
}

TEST(LinuxFrrDriver, ReadsSessionsWithWhatIsAcceptedAndRefused) {
  Rig rig({"routed"});
  const std::vector<PortIntent> ports{lab_routed_port()};
  const auto sessions = rig.driver->sessions(ports);
  ASSERT_TRUE(sessions) << sessions.error().message;
  ASSERT_EQ(sessions->size(), 2U);
  EXPECT_EQ(sessions->at(0).state, "Established");
  EXPECT_EQ(sessions->at(0).remote_asn, 4200000005U);
  EXPECT_THAT(sessions->at(0).accepted,
              ElementsAre(prefix("10.1.0.5/32"), prefix("fd10:1::5/128")));
  EXPECT_THAT(sessions->at(0).refused,
              testing::Contains(testing::Field(&RefusedCount::kind, RefusedKind::HostRoute)));
  EXPECT_THAT(sessions->at(1).accepted,
              ElementsAre(prefix("203.0.113.5/32"), prefix("2001:db8:113::5/128")));
}

TEST(LinuxFrrDriver, ASessionThatIsNotThereHasNoState) {
  Rig rig({"provisioning"});
  const std::vector<PortIntent> ports{lab_routed_port()};
  const auto sessions = rig.driver->sessions(ports);
  ASSERT_TRUE(sessions) << sessions.error().message;
  EXPECT_EQ(sessions->at(0).state, "");
}

TEST(LinuxFrrDriver, TakesOverAChangeThatSomebodyElseLeftUnsettled) {
  for (const auto& [change, exchanges] : {std::pair{"c1", 1U}, std::pair{"old", 2U}}) {
    Rig rig({"routed"});
    rig.shell->replies = {
        {"grep -sH '^# '",
         {0, fmt::format("/run/switchyard/{}/swp1.undo:# wish {}\n", change,
                         to_json_text(lab_routed_port()))}},
        {"grep -sH '' ", {0, ""}}};  // the file of the port is not yet the final one
    const auto outcomes = rig.apply(lab_routed_port());
    ASSERT_TRUE(outcomes) << outcomes.error().message;
    EXPECT_TRUE(outcomes->at(0).status);
    ASSERT_EQ(rig.shell->exchanges.size(), exchanges);
    if (exchanges == 1) continue;  // it is this very change
    const std::string sent = as_text(rig.shell->exchanges[1]);
    EXPECT_THAT(sent, HasSubstr("cp /run/switchyard/old/swp1.undo /run/switchyard/c1/swp1.undo\n"));
    EXPECT_LT(sent.find("deadman arm"), sent.find("sh /run/switchyard/old/deadman keep swp1"));
  }
}

std::string undo_text_of(const ReplayShell& shell) {
  for (const Command& command : shell.exchanges.at(1)) {
    if (command.line == "cat >/run/switchyard/c1/swp1.undo") return command.input;
  }
  return {};
}

TEST(LinuxFrrDriver, KeepsWhatReadsBackAndIsSaved) {
  Rig flip({"provisioning", "routed"});
  ASSERT_TRUE(flip.apply(lab_routed_port()));
  Rig rig({"routed"});
  rig.shell->replies = {{"cat /run/switchyard/c1/swp1.kept", {0, undo_text_of(*flip.shell)}}};
  const std::vector<Settlement> verdicts{{"swp1", Verdict::Keep}};
  const auto outcomes = rig.driver->settle("c1", verdicts);
  ASSERT_TRUE(outcomes) << outcomes.error().message;
  EXPECT_TRUE(outcomes->at(0).status) << outcomes->at(0).status.error().message;
}

TEST(LinuxFrrDriver, AnUndoReadsBackAsItWas) {
  Rig flip({"provisioning", "routed"});
  ASSERT_TRUE(flip.apply(lab_routed_port()));
  for (const auto& [now, restored] :
       {std::pair{"provisioning", true}, std::pair{"routed", false}}) {
    Rig rig({now});
    rig.shell->replies = {{"cat /run/switchyard/c1/swp1.undone", {0, undo_text_of(*flip.shell)}}};
    const std::vector<Settlement> verdicts{{"swp1", Verdict::Undo}};
    const auto outcomes = rig.driver->settle("c1", verdicts);
    ASSERT_TRUE(outcomes) << outcomes.error().message;
    EXPECT_EQ(outcomes->at(0).status.has_value(), restored) << now;
  }
}

TEST(LinuxFrrDriver, SaysWhenTheSwitchForgotTheChange) {
  Rig rig({"routed"});
  rig.shell->replies = {{"sh /run/switchyard/c1/deadman keep", {2, "sh: 0: cannot open\n"}}};
  const std::vector<Settlement> verdicts{{"swp1", Verdict::Keep}};
  const auto outcomes = rig.driver->settle("c1", verdicts);
  ASSERT_TRUE(outcomes);
  EXPECT_EQ(outcomes->at(0).status.error().code, Errc::NotFound);
}

TEST(LinuxFrrDriver, RefusesNamesThatCouldLeaveTheirPlace) {
  Rig rig({"routed"});
  const std::vector<PortIntent> wished{provisioning_port()};
  for (const char* id :
       {"", "a/b", "../x", "a b", "a;b", "-x", "A", "0123456789012345678901234567890123456789x"}) {
    EXPECT_FALSE(rig.driver->apply(wished, {.change_id = id})) << id;
  }
  const std::vector<Settlement> verdicts{{"swp1; reboot", Verdict::Undo}};
  EXPECT_FALSE(rig.driver->settle("c1", verdicts));
  EXPECT_THAT(rig.shell->exchanges, IsEmpty());
}

TEST(LinuxFrrDriver, AnswersOfTheWrongShapeAreErrorsNotCrashes) {
  for (const char* command : {"ip -j -d address", "bridge -j vlan", "bridge -j -d link",
                              "ip -j -4 route", "tc -j ", "vtysh -c 'show running-config'"}) {
    for (const char* output : {"", "{", "[1,2", "\xff\xfe", "null", "[[[[", "Killed\n"}) {
      Rig rig({"routed"});
      rig.shell->replies = {{command, {1, output}}};
      const std::vector<PortIntent> wished{lab_routed_port()};
      const auto reports = rig.driver->compare(wished);
      if (!reports) {
        EXPECT_FALSE(reports.error().message.empty());
      }
    }
  }
}

}  // namespace
}  // namespace switchyard::switch_drivers::linux_frr
