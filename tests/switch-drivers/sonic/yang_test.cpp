// Every CONFIG_DB state this driver leaves a switch in, at the ends of a change and on the way, is
// one SONiC's own YANG models accept.
//
// With the models (see yang.h) yanglint judges each state, and the lists of what it accepted and
// refused must be those of golden/. Without them the states are compared with these lists: one that
// nobody has judged fails. SWITCHYARD_UPDATE_GOLDEN=1 writes a list, only with the models and only
// of what they have judged as expected.
#include "tests/switch-drivers/sonic/yang.h"

#include "switch-drivers/sonic/names.h"
#include "tests/switch-drivers/intents.h"
#include "tests/switch-drivers/sonic/states.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <set>

namespace switchyard::switch_drivers::sonic {
namespace {

using testing::HasSubstr;

std::string golden_path(const std::string& name) {
  return std::string{SWITCHYARD_SONIC_TESTS} + "/golden/" + name;
}

std::string read_golden(const std::string& name) {
  std::ifstream file(golden_path(name));
  return {std::istreambuf_iterator<char>{file}, {}};
}

// Without the first line, which says who judged.
std::string body_of(const std::string& text) {
  return text.substr(std::min(text.find('\n') + 1, text.size()));
}

void expect_judged(const std::string& name, const std::string& verdict, const std::string& list) {
  const auto judge = YangJudge::find();
  if (std::getenv("SWITCHYARD_UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(judge) << "only with the models";
    ASSERT_FALSE(testing::Test::HasFailure()) << "not judged as expected";
    std::ofstream(golden_path(name))
        << fmt::format(
               "# {} by {} with src/sonic-yang-models of sonic-net/sonic-buildimage at {}\n",
               verdict, YangJudge::version(), judge->commit())
        << list;
  }
  const std::string golden = read_golden(name);
  std::cout << (judge ? "judged by yanglint now; golden/" : "no models here; compared with golden/")
            << name << ": " << golden.substr(0, golden.find('\n')) << "\n";
  EXPECT_EQ(list, body_of(golden)) << "a state that has not been judged: golden/" << name;
}

// By text, so that each is judged once.
std::map<std::string, ConfigDb> all_states() {
  std::map<std::string, ConfigDb> states;
  for (const Change& change : all_changes())
    for (const ConfigDb& rows : states_of(change))
      states.emplace(as_text(rows), rows);
  return states;
}

TEST(SonicYang, AcceptsEveryStateOnEveryWay) {
  const auto judge = YangJudge::find();
  std::string list = "on\n" + as_text(base_config());
  const auto states = all_states();
  for (const auto& [text, rows] : states) {
    list += "\naccepted\n" + text;
    if (!judge) continue;
    const Judgement judgement = judge->judge(on_a_switch(rows));
    EXPECT_TRUE(judgement.accepted) << judgement.said << "\n" << text;
  }
  std::cout << all_changes().size() << " changes, " << states.size() << " different states\n";
  expect_judged("accepted_states.txt", "Accepted", list);
}

struct Wrong {
  std::string name{};
  ConfigDb rows{};
  std::string why{};  // part of what yanglint says
};

ConfigDb with(const PortIntent& intent, const RowKey& key, Fields fields) {
  ConfigDb rows = wish(intent).rows;
  rows[key] = std::move(fields);
  return rows;
}

// The judge is known to judge: what the driver must never write, a case each.
std::vector<Wrong> wrong_states() {
  const PortIntent shut = shut_port(kPort);
  const Fields sub{{"vrf_name", "Vrf104"}};
  return {
      {"a VRF that is called as on Linux", with(shut, {"VRF", "vrf-prv"}, {}), "Invalid VRF name"},
      {"a subinterface in a VRF that is not there",
       with(shut, {"VLAN_SUB_INTERFACE", kPort + ".101"}, {{"vrf_name", "Vrf9"}}), "Vrf9"},
      {"a subinterface with a name too long",
       with(shut_port(kLongPort), {"VLAN_SUB_INTERFACE", kLongPort + ".1001"}, sub),
       "naming convention"},
      {"a short name without its VLAN",
       with(shut_port(kLongPort), {"VLAN_SUB_INTERFACE", "Eth100.1001"}, sub),
       "no encap vlan provided"},
      {"a subinterface of no port", with(shut, {"VLAN_SUB_INTERFACE", "Ethernet8.101"}, sub),
       "no encap vlan provided"},
      {"a subinterface with an MTU",
       with(shut, {"VLAN_SUB_INTERFACE", kPort + ".101"},
            {{"vrf_name", "Vrf104"}, {"mtu", "1500"}}),
       "mtu"},
      {"a router interface in a VLAN", with(provisioning_port(kPort), {"INTERFACE", kPort}, {}),
       "router interface"},
      {"two untagged VLANs",
       with(provisioning_port(kPort), {"VLAN_MEMBER", "Vlan200|" + kPort},
            {{"tagging_mode", "untagged"}}),
       "untagged in at most one VLAN"},
      {"a member of no VLAN",
       with(shut, {"VLAN_MEMBER", "Vlan999|" + kPort}, {{"tagging_mode", "tagged"}}), "Vlan999"},
      {"a member that is neither tagged nor untagged",
       with(shut, {"VLAN_MEMBER", "Vlan100|" + kPort}, {}), "tagging_mode"},
      {"VLAN 1", with(shut, {"VLAN", "Vlan1"}, {{"vlanid", "1"}}), "Vlan1"},
      {"an MTU beyond all", with(shut, {"PORT", kPort}, {{"mtu", "9217"}}), "9217"},
      {"a status that is neither up nor down",
       with(shut, {"PORT", kPort}, {{"admin_status", "on"}}), "on"},
      {"a storm limit beyond all",
       with(shut, {"PORT_STORM_CONTROL", kPort + "|broadcast"}, {{"kbps", "100000001"}}),
       "kbps value out of range"},
      {"a kind of storm that is none",
       with(shut, {"PORT_STORM_CONTROL", kPort + "|multicast"}, {{"kbps", "1"}}), "multicast"},
      {"an address on a subinterface that is gone",
       with(shut, {"VLAN_SUB_INTERFACE", kPort + ".101|192.0.2.1/31"}, {}), kPort + ".101"},
  };
}

TEST(SonicYang, RefusesWhatMustNeverBeWritten) {
  const auto judge = YangJudge::find();
  std::string list;
  for (const Wrong& wrong : wrong_states()) {
    list += fmt::format("\nrefused: {}\n{}", wrong.name, as_text(wrong.rows));
    if (!judge) continue;
    const Judgement judgement = judge->judge(on_a_switch(wrong.rows));
    EXPECT_FALSE(judgement.accepted) << wrong.name;
    EXPECT_THAT(judgement.said, HasSubstr(wrong.why)) << wrong.name;
  }
  expect_judged("refused_states.txt", "Refused", list);
}

// What the models do not know, and plan.h promises instead of them.
bool has_both(const ConfigDb& rows) {
  return has_table(rows, "VLAN_MEMBER") && has_table(rows, "VLAN_SUB_INTERFACE");
}

TEST(SonicYang, DoesNotSeeASubinterfaceOnAVlanMemberSoThePlansMust) {
  std::size_t changes = 0;
  for (const Change& change : all_changes()) {
    if (has_both(change.from.rows)) continue;  // by hand
    ++changes;
    for (const ConfigDb& rows : states_of(change))
      EXPECT_FALSE(has_both(rows)) << change.name << "\n" << as_text(rows);
  }
  EXPECT_GT(changes, 500U);
}

}  // namespace
}  // namespace switchyard::switch_drivers::sonic
