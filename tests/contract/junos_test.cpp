// What is Junos' own: one commit to be confirmed for the whole switch, one candidate for everybody.
#include "tests/contract/driver_bench.h"
#include "tests/fakes/netconf/fake_junos.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace switchyard::contract {
namespace {

using switch_drivers::PortIntent;
using switch_drivers::PortOutcome;
using switch_drivers::Settlement;
using switch_drivers::Verdict;

class Junos : public testing::Test {
 protected:
  fakes::FakeJunos& junos() { return dynamic_cast<fakes::FakeJunos&>(bench_.device()); }

  std::vector<PortOutcome> apply(const std::vector<PortIntent>& wished, const std::string& id,
                                 std::chrono::seconds undo_after = 60s) {
    auto applied = bench_.driver().apply(wished, {.change_id = id, .undo_after = undo_after});
    EXPECT_TRUE(applied) << applied.error().message;
    return applied ? *applied : std::vector<PortOutcome>(wished.size());
  }

  std::vector<PortOutcome> settle(const std::vector<Settlement>& ports, const std::string& id) {
    auto settled = bench_.driver().settle(id, ports);
    EXPECT_TRUE(settled) << settled.error().message;
    return settled ? *settled : std::vector<PortOutcome>(ports.size());
  }

  DriverBench bench_{"junos"};
  const std::string one_{bench_.port(0)};
  const std::string two_{bench_.port(1)};
};

TEST_F(Junos, OnePortIsKeptAndAnotherOfTheSameChangeUndone) {
  bench_.make(provisioning(one_));
  bench_.make(provisioning(two_));
  apply({routed(one_, 5), routed(two_, 6)}, "chg-a");
  const auto settled = settle({{one_, Verdict::Keep}, {two_, Verdict::Undo}}, "chg-a");
  EXPECT_TRUE(settled[0].status) << settled[0].status.error().message;
  EXPECT_TRUE(settled[1].status) << settled[1].status.error().message;
  bench_.expect_equal(routed(one_, 5));
  bench_.expect_equal(provisioning(two_));
  bench_.advance(300s);
  bench_.device().reboot();
  bench_.expect_equal(routed(one_, 5));
  bench_.expect_equal(provisioning(two_));
  EXPECT_TRUE(bench_.device().leftovers().empty());
}

// Every byte of a deployment, from the pool to kept. SWITCHYARD_UPDATE_GOLDEN=1 writes it.
TEST_F(Junos, TheTranscriptOfADeploymentIsGolden) {
  bench_.make(provisioning(one_));
  bench_.restart_controller();
  bench_.device().clear_log();
  bench_.make(routed(one_, 5));
  std::string transcript;
  for (const fakes::SwitchLogEntry& entry : bench_.device().log())
    transcript += entry.input + (entry.status == 0 ? "\n<!-- ok -->\n" : "\n<!-- error -->\n");
  const std::string path = SWITCHYARD_CONTRACT_GOLDEN "/junos_deploy.xml";
  if (std::getenv("SWITCHYARD_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << transcript;
  std::ifstream file(path);
  std::stringstream golden;
  golden << file.rdbuf();
  EXPECT_EQ(transcript, golden.str());
}

// There is one handle, and who keeps one port lets go of it.
TEST_F(Junos, APortNobodySpeaksForIsTakenBackWithTheOthers) {
  bench_.make(provisioning(one_));
  bench_.make(provisioning(two_));
  apply({routed(one_, 5), routed(two_, 6)}, "chg-a");
  EXPECT_TRUE(settle({{one_, Verdict::Keep}}, "chg-a")[0].status);
  bench_.expect_equal(routed(one_, 5));
  bench_.expect_equal(provisioning(two_));
  const auto late = settle({{two_, Verdict::Keep}}, "chg-a");
  ASSERT_FALSE(late[0].status);
  EXPECT_EQ(late[0].status.error().code, Errc::NotFound);
}

TEST_F(Junos, AnotherChangeWaitsForTheFirst) {
  bench_.make(provisioning(one_));
  apply({routed(one_, 5)}, "chg-a");
  const long long steps = bench_.device().steps();
  const auto second = apply({routed(two_, 6)}, "chg-b");
  ASSERT_FALSE(second[0].status);
  EXPECT_EQ(second[0].status.error().code, Errc::Unavailable);
  EXPECT_EQ(bench_.device().steps(), steps);
  EXPECT_TRUE(settle({{one_, Verdict::Keep}}, "chg-a")[0].status);
  bench_.make(routed(two_, 6));
  bench_.expect_equal(routed(one_, 5));
}

TEST_F(Junos, ANewControllerTakesBackWhatTheOldOneLeft) {
  bench_.make(provisioning(one_));
  apply({routed(one_, 5)}, "chg-a");
  bench_.restart_controller();
  bench_.make(routed(two_, 6));
  bench_.expect_equal(provisioning(one_));
  bench_.expect_equal(routed(two_, 6));
}

TEST_F(Junos, ANewControllerSettlesWhatTheOldOneBegan) {
  bench_.make(provisioning(one_));
  bench_.make(provisioning(two_));
  apply({routed(one_, 5), routed(two_, 6)}, "chg-a");
  bench_.restart_controller();
  const auto settled = settle({{one_, Verdict::Undo}, {two_, Verdict::Keep}}, "chg-a");
  EXPECT_TRUE(settled[0].status) << settled[0].status.error().message;
  EXPECT_TRUE(settled[1].status) << settled[1].status.error().message;
  bench_.expect_equal(provisioning(one_));
  bench_.expect_equal(routed(two_, 6));
}

TEST_F(Junos, UndoGoesBackBehindAllThatWasNotSettled) {
  bench_.make(provisioning(one_));
  apply({routed(one_, 5)}, "chg-a");
  apply({routed(one_, 6)}, "chg-b");
  const auto settled = settle({{one_, Verdict::Undo}}, "chg-b");
  EXPECT_TRUE(settled[0].status) << settled[0].status.error().message;
  bench_.expect_equal(provisioning(one_));
}

TEST_F(Junos, TheSameChangeForAnotherWishIsAConflict) {
  apply({routed(one_, 5)}, "chg-a");
  const auto again = apply({routed(one_, 6)}, "chg-a");
  ASSERT_FALSE(again[0].status);
  EXPECT_EQ(again[0].status.error().code, Errc::Conflict);
  EXPECT_FALSE(apply({routed(one_, 5)}, "chg-a")[0].changed);
}

// It read back wrong while it was closed, so it was never opened.
TEST_F(Junos, APortThatReadsBackWrongStaysClosed) {
  bench_.make(provisioning(one_));
  bench_.device().lie_about_filters(prefix("10.1.0.5/32"), prefix("10.1.0.66/32"));
  EXPECT_FALSE(apply({routed(one_, 5)}, "chg-a")[0].status);
  EXPECT_FALSE(bench_.device().port_view(one_).up);
}

TEST_F(Junos, ATrunkWithAnUntaggedVlanIsMadeAndUnmade) {
  ASSERT_TRUE(
      junos().by_hand("<vlans><vlan><name>a</name><vlan-id>200</vlan-id></vlan><vlan><name>b"
                      "</name><vlan-id>201</vlan-id></vlan></vlans>"));
  PortIntent trunk{.port = one_,
                   .mode = switch_drivers::PortMode::Segment,
                   .mtu = 9000,
                   .untagged = VlanId{200},
                   .tagged = {VlanId{201}}};
  bench_.make(provisioning(one_));
  bench_.make(trunk);
  bench_.expect_equal(trunk);
  bench_.make(routed(one_, 5));
  bench_.expect_equal(routed(one_, 5));
  trunk.tagged = {VlanId{202}};
  const auto missing = apply({trunk}, "chg-a");
  ASSERT_FALSE(missing[0].status);
  EXPECT_NE(missing[0].status.error().message.find("no VLAN 202"), std::string::npos);
}

// A refused edit stays by half in the candidate; what is committed after it must not have it.
TEST_F(Junos, NothingOfARefusedPortIsCommittedWithOthers) {
  bench_.make(provisioning(one_));
  bench_.make(provisioning(two_));
  bench_.device().refuse_port(one_, true);
  const auto applied = apply({routed(one_, 5), routed(two_, 6)}, "chg-a");
  EXPECT_FALSE(applied[0].status);
  EXPECT_TRUE(applied[1].status);
  EXPECT_TRUE(bench_.device().port_view(one_).up);
  EXPECT_TRUE(bench_.compare(provisioning(one_)).running.empty());
  for (const std::string& left : bench_.device().leftovers())
    EXPECT_EQ(left.find(one_), std::string::npos) << left;
}

TEST_F(Junos, WhatAPersonTypedAndDidNotCommitIsTheirs) {
  ASSERT_TRUE(junos().type_by_hand(
      "<interfaces><interface><name>xe-0/1/1</name><mtu>9000</mtu></interface></interfaces>"));
  const auto applied = bench_.driver().apply(std::vector{routed(one_, 5)}, {.change_id = "chg-a"});
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, Errc::Unavailable);
  EXPECT_NE(applied.error().message.find("modified"), std::string::npos) << applied.error().message;
  EXPECT_TRUE(junos().has_uncommitted());
  // Looking is always possible.
  EXPECT_TRUE(bench_.driver().compare(std::vector{routed(one_, 5)}));
}

TEST_F(Junos, TheHandleIsInWholeMinutesAndNeverLess) {
  bench_.make(provisioning(one_));
  apply({routed(one_, 5)}, "chg-a", 10s);
  bench_.advance(59s);
  EXPECT_TRUE(bench_.compare(routed(one_, 5)).running.empty());
  bench_.advance(1s);
  bench_.expect_equal(provisioning(one_));
  apply({routed(one_, 5)}, "chg-b", 61s);
  bench_.advance(119s);
  EXPECT_TRUE(bench_.compare(routed(one_, 5)).running.empty());
  bench_.advance(1s);
  bench_.expect_equal(provisioning(one_));
}

TEST_F(Junos, SaysWhichChangeIsNotSettled) {
  apply({routed(one_, 5)}, "chg-a");
  const auto report = bench_.compare(routed(one_, 5));
  EXPECT_TRUE(report.running.empty());
  EXPECT_EQ(report.saved,
            (std::vector<switch_drivers::Difference>{{"change of " + one_, "settled", "chg-a"}}));
  const auto facts = bench_.driver().probe();
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->ports.size(), 6U);
  EXPECT_EQ(facts->vrfs.size(), 2U);
  ASSERT_EQ(facts->problems.size(), 1U);
  EXPECT_NE(facts->problems[0].find("chg-a"), std::string::npos);
}

TEST_F(Junos, WhatIsDeactivatedAboveAPortIsSeen) {
  bench_.make(routed(one_, 5));
  ASSERT_TRUE(
      junos().by_hand("<routing-instances><instance inactive=\"inactive\"><name>vrf-prv"
                      "</name></instance></routing-instances>"));
  EXPECT_FALSE(bench_.compare(routed(one_, 5)).equal());
  const auto applied = apply({routed(one_, 5)}, "chg-a");
  ASSERT_FALSE(applied[0].status);
  EXPECT_EQ(applied[0].status.error().code, Errc::Rejected);
}

// 48 ports from the pool into their VRFs and kept, on a switch whose commits take this long.
struct Batch {
  std::chrono::milliseconds commit{};
  std::string refused{};  // a port that the switch never takes
};

std::chrono::milliseconds time_of(const Batch& batch, long long& exchanges) {
  fakes::FakeClock clock;
  fakes::SshServer ssh;
  fakes::SwitchPlan plan{.name = "tor1", .asn = 65001, .vrfs = {{kPrivate, 1}, {kPublic, 2}}};
  std::vector<PortIntent> pool, wished;
  std::vector<Settlement> kept;
  for (int i = 0; i < 48; ++i) {
    plan.server_ports.push_back(fmt::format("et-0/0/{}", i));
    pool.push_back(provisioning(plan.server_ports.back()));
    wished.push_back(routed(plan.server_ports.back(), i + 1));
    kept.push_back({plan.server_ports.back(), Verdict::Keep});
  }
  fakes::FakeJunos device(ssh, clock, plan);
  const auto driver = switch_drivers::make_driver("junos",
                                                  {.name = "tor1",
                                                   .address = "127.0.0.1",
                                                   .port = device.port(),
                                                   .password = Secret("switch"),
                                                   .host_key = device.host_key()},
                                                  {.asn = Asn{65001}});
  EXPECT_TRUE((*driver)->apply(pool, {.change_id = "chg-a"}));
  EXPECT_TRUE((*driver)->settle("chg-a", kept));
  device.set_commit_delay(batch.commit);
  if (!batch.refused.empty()) device.refuse_port(batch.refused, true);
  exchanges = device.exchanges();
  const auto begun = std::chrono::steady_clock::now();
  const auto applied = (*driver)->apply(wished, {.change_id = "chg-b"});
  EXPECT_TRUE(applied);
  for (const PortOutcome& outcome : *applied)
    EXPECT_EQ(outcome.status.has_value(), outcome.port != batch.refused) << outcome.port;
  EXPECT_TRUE((*driver)->settle("chg-b", kept));
  const auto time = std::chrono::steady_clock::now() - begun;
  exchanges = device.exchanges() - exchanges;
  EXPECT_TRUE(device.violations().empty());
  return std::chrono::duration_cast<std::chrono::milliseconds>(time);
}

// A port of 48 that the switch never takes: the others are done all the same, in the same time.
TEST(JunosBlastRadius, IsOnePort) {
  long long exchanges = 0;
  const auto all = time_of({.commit = 300ms}, exchanges);
  const auto but_one = time_of({.commit = 300ms, .refused = "et-0/0/7"}, exchanges);
  std::printf("48 ports: %lld ms; one of them refused: %lld ms; ratio %.2f\n",
              static_cast<long long>(all.count()), static_cast<long long>(but_one.count()),
              static_cast<double>(but_one.count()) / static_cast<double>(all.count()));
}

// With SWITCHYARD_BENCH=1: takes a quarter of a minute.
TEST(JunosBatch, TakesAsLongAsItsFourCommits) {
  if (std::getenv("SWITCHYARD_BENCH") == nullptr) GTEST_SKIP() << "SWITCHYARD_BENCH is not set";
  for (const auto commit : {0ms, 1000ms, 3000ms}) {
    long long exchanges = 0;
    const auto time = time_of({.commit = commit}, exchanges);
    std::printf("commit %lld ms: 48 flips in %lld ms, %.1f a second, %lld waits\n",
                static_cast<long long>(commit.count()), static_cast<long long>(time.count()),
                48'000.0 / static_cast<double>(time.count()), exchanges);
  }
}

}  // namespace
}  // namespace switchyard::contract
