#include "switch-drivers/sonic/plan.h"

#include "switch-drivers/sonic/exchange.h"
#include "tests/switch-drivers/intents.h"
#include "tests/switch-drivers/sonic/states.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace switchyard::switch_drivers::sonic {
namespace {

using testing::HasSubstr;
using testing::Not;

PortPlan plan(const PortState& from, const PortState& to) {
  return plan_port(from, to, from.frr_shared);
}

PortPlan plan(const PortIntent& from, const PortIntent& to) { return plan(wish(from), wish(to)); }

std::string script(const PortPlan& plan) {
  std::string text;
  for (const auto* steps : {&plan.steps, &plan.last_steps}) {
    if (steps == &plan.last_steps) text += "-- read back --\n";
    for (const Step& step : *steps)
      text += step.command.line + "\n" + step.command.input;
  }
  return text;
}

std::size_t position(const std::string& text, std::string_view part) {
  const std::size_t at = text.find(part);
  EXPECT_NE(at, std::string::npos) << part << " in\n" << text;
  return at;
}

void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string{SWITCHYARD_SONIC_TESTS} + "/golden/" + name;
  if (std::getenv("SWITCHYARD_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << text;
  std::ifstream file(path);
  EXPECT_EQ(text, (std::string{std::istreambuf_iterator<char>{file}, {}})) << name;
}

TEST(SonicPlan, FromAnyStateToItselfIsEmpty) {
  for (const PortIntent& intent : all_intents(kPort))
    EXPECT_TRUE(plan(intent, intent).empty()) << summary(intent);
}

TEST(SonicPlan, EndsWhereItShould) {
  for (const Change& change : all_changes()) {
    const auto states = states_of(change);
    EXPECT_EQ(as_text(states.back()), as_text(change.to.rows)) << change.name;
  }
}

TEST(SonicPlan, IsGoldenInBothDirections) {
  expect_golden("provisioning_to_routed.txt",
                script(plan(provisioning_port(kPort), routed(kPort))));
  expect_golden("routed_to_provisioning.txt",
                script(plan(routed(kPort), provisioning_port(kPort))));
}

bool is_up(const ConfigDb& rows, const std::string& port) {
  return rows.at({"PORT", port}).contains("admin_status") &&
         rows.at({"PORT", port}).at("admin_status") == "up";
}

// Between the closing and the opening; a port that stays as it is stays open.
TEST(SonicPlan, HasNoOpenPortThatIsHalfBuilt) {
  for (const Change& change : all_changes()) {
    if (!change.plan.through_shut) continue;
    for (const Step& step : change.plan.steps) {
      if (!is_up(step.after, change.to.port)) continue;
      EXPECT_EQ(step.after, change.from.rows) << change.name;
    }
  }
}

TEST(SonicPlan, OpensAndStartsNeighborsOnlyAfterTheReadingBack) {
  for (const Change& change : all_changes()) {
    const std::string open = "HSET 'PORT|" + change.to.port + "' admin_status up";
    for (const Step& step : change.plan.steps) {
      EXPECT_THAT(step.command.line, Not(HasSubstr(open))) << change.name;
      EXPECT_THAT(step.command.input, Not(testing::ContainsRegex("no neighbor [^ ]* shutdown")))
          << change.name;
    }
  }
}

TEST(SonicPlan, ShutsEveryNewNeighborUntilTheEnd) {
  const PortPlan change = plan(provisioning_port(kPort), routed(kPort));
  const std::string text = script(change);
  const std::size_t read_back = position(text, "-- read back --");
  for (const char* neighbor : {"Ethernet4.101", "Ethernet4.201"}) {
    const std::string name = std::string{"neighbor "} + neighbor;
    const std::size_t made = position(text, name + " interface v6only");
    EXPECT_LT(position(text, "seq 65000 deny any"), made);
    EXPECT_LT(made, position(text, name + " shutdown\n"));
    EXPECT_LT(position(text, name + " shutdown\n"), read_back);
    EXPECT_LT(read_back, position(text, "no " + name + " shutdown"));
    EXPECT_LT(position(text, "no " + name + " shutdown"),
              position(text, "HSET 'PORT|Ethernet4' admin_status up"));
  }
}

TEST(SonicPlan, WaitsForTheAsicBeforeWhatComesNext) {
  const std::string deploy = script(plan(provisioning_port(kPort), routed(kPort)));
  const std::size_t leave = position(deploy, "DEL 'VLAN_MEMBER|Vlan100|Ethernet4'");
  const std::size_t join = position(deploy, "HSET 'VLAN_SUB_INTERFACE|Ethernet4.101'");
  EXPECT_LT(position(deploy, "HSET 'PORT|Ethernet4' admin_status down"), leave);
  for (const char* wait :
       {"'VLAN_MEMBER_TABLE|Vlan100|Ethernet4' state ''", "await unbridged Ethernet4"}) {
    EXPECT_LT(leave, position(deploy, wait));
    EXPECT_LT(position(deploy, wait), join);
  }
}

TEST(SonicPlan, MirrorsItselfOnTheWayBack) {
  const std::string release = script(plan(routed(kPort), provisioning_port(kPort)));
  const std::size_t neighbor = position(release, "no neighbor Ethernet4.101 interface");
  const std::size_t list = position(release, "no ip prefix-list SWY-P-Ethernet4.101");
  const std::size_t close = position(release, "HSET 'PORT|Ethernet4' admin_status down");
  const std::size_t remove = position(release, "DEL 'VLAN_SUB_INTERFACE|Ethernet4.101'");
  const std::size_t in_kernel = position(release, "'INTERFACE_TABLE|Ethernet4.101' vrf ''");
  const std::size_t in_asic = position(release, "COUNTERS_RIF_NAME_MAP Ethernet4.101 ''");
  const std::size_t forget = position(release, "no interface Ethernet4.101\n");
  const std::size_t join = position(release, "HSET 'VLAN_MEMBER|Vlan100|Ethernet4'");
  const std::size_t open = position(release, "HSET 'PORT|Ethernet4' admin_status up");
  EXPECT_TRUE(std::ranges::is_sorted(
      std::vector{neighbor, list, close, remove, in_kernel, in_asic, forget, join, open}));
}

TEST(SonicPlan, FinishesAChangeThatWasCutOffBeforeTheReadingBack) {
  const PortPlan rest = plan(drifted_states(kPort)[4], wish(routed(kPort)));
  for (const Step& step : rest.steps)
    EXPECT_EQ(step.command.line.find("VLAN_SUB_INTERFACE"), std::string::npos);
  ASSERT_EQ(rest.last_steps.size(), 3U) << script(rest);
  EXPECT_THAT(rest.last_steps[1].command.line, HasSubstr("admin_status up"));
  EXPECT_EQ(rest.last_steps[0].command.input,
            "router bgp 65001 vrf Vrf_vrf-prv\n no neighbor Ethernet4.101 shutdown\nexit\n"
            "router bgp 65001 vrf Vrf_vrf-pub\n no neighbor Ethernet4.201 shutdown\nexit\n");
}

// SONiC: "can not change to … directly".
TEST(SonicPlan, MovesASubinterfaceToAnotherVrfByMakingItAgain) {
  const PortPlan move = plan(routed(kPort), routed_elsewhere(kPort));
  EXPECT_FALSE(move.through_shut);
  const std::string text = script(move);
  EXPECT_LT(position(text, "no neighbor Ethernet4.101 interface"),
            position(text, "DEL 'VLAN_SUB_INTERFACE|Ethernet4.101'"));
  EXPECT_LT(position(text, "'INTERFACE_TABLE|Ethernet4.101' vrf ''"),
            position(text, "HSET 'VLAN_SUB_INTERFACE|Ethernet4.101'"));
  for (const Step& step : move.steps) {
    const auto row = step.after.find({"VLAN_SUB_INTERFACE", "Ethernet4.101"});
    if (row == step.after.end() || row->second.at("vrf_name") == "Vrf_vrf-prv") continue;
    EXPECT_EQ(row->second.at("vrf_name"), "Vrf_vrf-pub");
  }
}

TEST(SonicPlan, AddsAVrfWithoutDisturbingTheOther) {
  PortIntent one = routed(kPort);
  one.attachments.pop_back();
  // Another port has both already, so what they share is there.
  const PortState both = wish(routed(kPort));
  const PortPlan change = plan_port(wish(one), both, both.frr_shared);
  EXPECT_FALSE(change.through_shut);
  const std::string text = script(change);
  EXPECT_THAT(text, Not(HasSubstr("Ethernet4.101")));
  EXPECT_THAT(text, Not(HasSubstr("HSET 'PORT|")));
}

TEST(SonicPlan, TakesAddressesAwayBeforeTheirInterface) {
  const PortState by_hand = drifted_states(kPort)[1];
  const std::string text = script(plan(by_hand, wish(provisioning_port(kPort))));
  EXPECT_LT(position(text, "DEL 'INTERFACE|Ethernet4|192.0.2.1/31'"),
            position(text, "DEL 'INTERFACE|Ethernet4'"));
  EXPECT_LT(position(text, "DEL 'INTERFACE|Ethernet4'"), position(text, "HSET 'VLAN_MEMBER|"));
}

TEST(SonicPlan, RepairsAFieldInPlace) {
  PortState by_hand = wish(routed(kPort));
  by_hand.rows[{"VLAN_SUB_INTERFACE", "Ethernet4.101"}]["loopback_action"] = "drop";
  by_hand.rows[{"PORT", kPort}]["mtu"] = "9100";
  by_hand.rows[{"PORT", kPort}]["description"] = "it's mine; reboot";
  const PortPlan repair = plan(by_hand, wish(routed(kPort)));
  EXPECT_FALSE(repair.through_shut);
  EXPECT_EQ(script(repair),
            "sonic-db-cli CONFIG_DB HSET 'PORT|Ethernet4' description 'dep-1 7' mtu 1500\n"
            "sonic-db-cli CONFIG_DB HDEL 'VLAN_SUB_INTERFACE|Ethernet4.101' loopback_action\n"
            "-- read back --\n");
  EXPECT_THAT(script(plan(wish(routed(kPort)), by_hand)),
              HasSubstr("description 'it'\\''s mine; reboot'"))
      << "an undo puts back what was there, as one word";
}

TEST(SonicPlan, NamesNoOtherPort) {
  for (const Change& change : all_changes()) {
    const std::string text = script(change.plan);
    const std::string& other = change.to.port == kPort ? kLongPort : kPort;
    for (const std::string& name : {other, std::string{"Ethernet0"}, std::string{"Ethernet40"}})
      EXPECT_THAT(text, Not(HasSubstr(name))) << change.name;
  }
}

// A shell in place of the switch's, with a `sonic-db-cli` that shows a row in its third look.
class Await : public testing::Test {
 protected:
  Await() {
    std::filesystem::create_directories(folder_);
    std::ofstream(folder_ + "/sonic-db-cli")
        << "#!/bin/sh\n"
           "echo \"$*\" >>" +
               folder_ +
               "/asked\n"
               "case \"$1 $2\" in\n"
               "'COUNTERS_DB HGET') echo oid:0x1000000000002 ;;\n"
               "'ASIC_DB EVAL') [ $(grep -c EVAL " +
               folder_ +
               "/asked) -lt 3 ] && echo 1 || echo 0 ;;\n"
               "*) [ $(grep -c HGET " +
               folder_ +
               "/asked) -lt 3 ] || echo ok ;;\n"
               "esac\n";
    std::ofstream(folder_ + "/await") << await_program();
    std::filesystem::permissions(folder_ + "/sonic-db-cli", std::filesystem::perms::owner_all);
  }

  ~Await() override { std::filesystem::remove_all(folder_); }

  int run(const Command& command) {
    const std::string line = "cd " + folder_ + " && PATH=" + folder_ + ":$PATH; " + command.line;
    return std::system(line.c_str());  // NOLINT(cert-env33-c)
  }

  [[nodiscard]] std::string asked() const {
    std::ifstream file(folder_ + "/asked");
    return {std::istreambuf_iterator<char>{file}, {}};
  }

  std::string folder_ = testing::TempDir() + "/switchyard-await-" +
                        testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(Await, LooksUntilTheRowIsThere) {
  EXPECT_EQ(run(await_field({"STATE_DB", "VLAN_MEMBER_TABLE|Vlan100|Ethernet4", "state", "ok"})),
            0);
  const std::string one = "STATE_DB HGET VLAN_MEMBER_TABLE|Vlan100|Ethernet4 state\n";
  EXPECT_EQ(asked(), one + one + one);
}

TEST_F(Await, LooksUntilTheAsicHasNoBridgePort) {
  EXPECT_EQ(run(await_unbridged("Ethernet4")), 0);
  EXPECT_THAT(asked(), HasSubstr("COUNTERS_DB HGET COUNTERS_PORT_NAME_MAP Ethernet4\n"));
  EXPECT_THAT(asked(), HasSubstr("\nreturn n 0 oid:0x1000000000002\n"));
}

}  // namespace
}  // namespace switchyard::switch_drivers::sonic
