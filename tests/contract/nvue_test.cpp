// What is NVUE's own: revisions that are checked as a whole and put in force in pieces, one handle
// for the whole switch, saving that was not always automatic.
#include "tests/contract/driver_bench.h"
#include "tests/fakes/nvue/fake_nvue.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>

namespace switchyard::contract {
namespace {

using switch_drivers::PortIntent;
using switch_drivers::PortOutcome;
using switch_drivers::Settlement;
using switch_drivers::Verdict;
using testing::HasSubstr;
using testing::IsEmpty;

class Nvue : public testing::Test {
 protected:
  fakes::FakeNvue& nvue() { return dynamic_cast<fakes::FakeNvue&>(bench_.device()); }

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

  DriverBench bench_{"cumulus-nvue"};
  const std::string one_{bench_.port(0)};
  const std::string two_{bench_.port(1)};
};

TEST_F(Nvue, OnePortIsKeptAndAnotherOfTheSameChangeUndone) {
  bench_.make(provisioning(one_));
  bench_.make(provisioning(two_));
  apply({routed(one_, 5), routed(two_, 6)}, "chg-a");
  const auto settled = settle({{one_, Verdict::Keep}, {two_, Verdict::Undo}}, "chg-a");
  EXPECT_TRUE(settled[0].status) << settled[0].status.error().message;
  EXPECT_TRUE(settled[1].status) << settled[1].status.error().message;
  for (int boots = 0; boots < 2; ++boots) {
    bench_.expect_equal(routed(one_, 5));
    bench_.expect_equal(provisioning(two_));
    bench_.advance(300s);
    bench_.device().reboot();
  }
  EXPECT_THAT(bench_.device().leftovers(), IsEmpty());
}

// There is one handle, and who keeps one port lets go of it.
TEST_F(Nvue, APortNobodySpeaksForIsTakenBackWithTheOthers) {
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

TEST_F(Nvue, AnotherChangeWaitsForTheFirst) {
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

TEST_F(Nvue, ANewControllerTakesBackWhatTheOldOneLeft) {
  bench_.make(provisioning(one_));
  apply({routed(one_, 5)}, "chg-a");
  bench_.restart_controller();
  const auto unknown = settle({{one_, Verdict::Keep}}, "chg-a");
  ASSERT_FALSE(unknown[0].status);
  EXPECT_EQ(unknown[0].status.error().code, Errc::NotFound);
  bench_.make(routed(two_, 6));
  bench_.expect_equal(provisioning(one_));
  bench_.expect_equal(routed(two_, 6));
}

TEST_F(Nvue, WhatAPersonWaitsToConfirmIsLeftAlone) {
  nvue().by_hand_to_confirm(R"({"system":{"hostname":"new-name"}})");
  const long long steps = bench_.device().steps();
  const auto applied = bench_.driver().apply(std::vector{routed(one_, 5)}, {.change_id = "chg-a"});
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, Errc::Unavailable);
  EXPECT_THAT(applied.error().message, HasSubstr("somebody else"));
  EXPECT_EQ(bench_.device().steps(), steps);
  bench_.advance(601s);
  bench_.make(routed(one_, 5));
  bench_.expect_equal(routed(one_, 5));
}

// A change of the same ports goes on top, and an undo goes back to what was before both.
TEST_F(Nvue, AChangeOnTopOfAnotherIsUndoneWithIt) {
  bench_.make(provisioning(one_));
  apply({routed(one_, 5)}, "chg-a");
  EXPECT_TRUE(apply({routed(one_, 6)}, "chg-b")[0].status);
  EXPECT_TRUE(settle({{one_, Verdict::Undo}}, "chg-b")[0].status);
  bench_.expect_equal(provisioning(one_));
}

TEST_F(Nvue, WaitsForAnApplyThatTakesItsTime) {
  nvue().set_slow_apply(2);
  bench_.make(routed(one_, 5));
  bench_.expect_equal(routed(one_, 5));
}

TEST_F(Nvue, AnApplyThatNeverEndsIsTimedOut) {
  bench_.make(provisioning(one_));
  bench_.restart_controller(std::chrono::milliseconds{500});
  nvue().set_slow_apply(1'000'000);
  const auto applied = bench_.driver().apply(std::vector{routed(one_, 5)}, {.change_id = "chg-a"});
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, Errc::TimedOut);
  bench_.device().clear_faults();
  bench_.advance(300s);
  bench_.expect_equal(provisioning(one_));
}

// NVUE checks a revision as a whole, and what it says names one port, or none.
TEST_F(Nvue, ARevisionThatIsInvalidForOnePortDoesNotHoldBackOthers) {
  for (const std::string said : {"swp2: no such thing", "something is wrong"}) {
    SCOPED_TRACE(said);
    nvue().find_invalid(two_, said);
    const std::string id = bench_.next_change();
    const std::vector<PortIntent> wished{routed(one_, 5), routed(two_, 6),
                                         routed(bench_.port(2), 7), provisioning(bench_.port(3))};
    const auto applied = apply(wished, id);
    for (std::size_t i = 0; i < wished.size(); ++i)
      EXPECT_EQ(applied[i].status.has_value(), i != 1) << i;
    EXPECT_EQ(applied[1].status.error().code, Errc::Rejected);
    EXPECT_THAT(applied[1].status.error().message, HasSubstr(said));
    bench_.device().clear_faults();
    std::vector<Settlement> undo;
    for (const PortIntent& one : wished)
      undo.push_back({one.port, Verdict::Undo});
    for (const PortOutcome& outcome : settle(undo, id))
      EXPECT_TRUE(outcome.status) << outcome.status.error().message;
    bench_.expect_no_violation();
    EXPECT_THAT(bench_.device().leftovers(), IsEmpty());
  }
}

TEST_F(Nvue, AnApplyThatFailsHalfwayGoesBackAtOnce) {
  bench_.make(provisioning(one_));
  nvue().fail_reload(one_);
  const auto applied = apply({routed(one_, 5)}, "chg-a");
  ASSERT_FALSE(applied[0].status);
  EXPECT_EQ(applied[0].status.error().code, Errc::Rejected);
  EXPECT_THAT(applied[0].status.error().message, HasSubstr("frr"));
  bench_.device().clear_faults();
  bench_.advance(61s);
  bench_.expect_equal(provisioning(one_));
  bench_.make(routed(one_, 5));
  bench_.expect_equal(routed(one_, 5));
}

// Running configuration is looked at, and not only what would be after a reboot.
TEST_F(Nvue, WhatSomebodyChangedAndDidNotSaveIsSeenAndRepaired) {
  nvue().set_auto_save(false);
  bench_.make(routed(one_, 5));
  const auto changes =
      nvue().hand_changes({.port = one_, .vrf = bench_.row().vrf_name(kPrivate), .tag = 101});
  ASSERT_GE(changes.size(), 10U);
  for (const fakes::HandChange& change : changes) {
    SCOPED_TRACE(change.name);
    change.make();
    const auto report = bench_.compare(routed(one_, 5));
    EXPECT_FALSE(report.running.empty());
    EXPECT_TRUE(report.saved.empty());
    bench_.make(routed(one_, 5));
    EXPECT_TRUE(bench_.compare(routed(one_, 5)).equal());
  }
}

// Before 5.9, and where it was switched off.
TEST_F(Nvue, SavesWhereApplyingDoesNot) {
  nvue().set_auto_save(false);
  nvue().set_version("5.8.0");
  bench_.make(routed(one_, 5));
  bench_.device().reboot();
  bench_.expect_equal(routed(one_, 5));
}

TEST_F(Nvue, RefusesVersionsWhoseWordsItDoesNotKnow) {
  for (const char* version : {"5.15.0", "5.5.1", "6.0.0", "four"}) {
    nvue().set_version(version);
    bench_.restart_controller();
    const long long steps = bench_.device().steps();
    const auto applied = apply({routed(one_, 5)}, bench_.next_change());
    ASSERT_FALSE(applied[0].status) << version;
    EXPECT_THAT(applied[0].status.error().message, HasSubstr(version));
    EXPECT_EQ(bench_.device().steps(), steps);
    const auto facts = bench_.driver().probe();
    ASSERT_TRUE(facts);
    EXPECT_THAT(facts->problems, testing::Contains(HasSubstr(version)));
  }
}

TEST_F(Nvue, ProbesWhatIsThere) {
  apply({routed(one_, 5)}, "chg-a");
  const auto facts = bench_.driver().probe();
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ(facts->nos_version, "Cumulus Linux 5.9.1");
  EXPECT_EQ(facts->hostname, "tor1");
  EXPECT_EQ(facts->ports.size(), 4U);
  EXPECT_EQ(facts->vrfs, (std::vector<VrfName>{{kPrivate}, {kPublic}}));
  EXPECT_EQ(facts->asn, Asn{65001});
  EXPECT_THAT(facts->problems, testing::ElementsAre(HasSubstr("waits to be confirmed")));
  const std::string boot = facts->boot_id;
  bench_.device().reboot();
  EXPECT_NE(bench_.driver().probe()->boot_id, boot);
}

TEST_F(Nvue, APortOfABondIsRefusedAndNothingIsSent) {
  nvue().by_hand(R"({"interface":{"bond1":{"type":"bond","bond":{"member":{"swp1":{}}}}}})");
  const long long steps = bench_.device().steps();
  const auto applied = apply({provisioning(one_)}, "chg-a");
  ASSERT_FALSE(applied[0].status);
  EXPECT_THAT(applied[0].status.error().message, HasSubstr("bond1"));
  EXPECT_EQ(bench_.device().steps(), steps);
}

// A port of 48 that the switch never takes: the others are done all the same.
TEST(NvueBlastRadius, IsOnePort) {
  for (const bool one_fails : {false, true}) {
    fakes::FakeClock clock;
    fakes::SwitchPlan plan{.name = "tor1", .asn = 65001, .vrfs = {{kPrivate, 1}, {kPublic, 2}}};
    std::vector<PortIntent> wished;
    for (int i = 1; i <= 48; ++i) {
      plan.server_ports.push_back(fmt::format("swp{}", i));
      wished.push_back(routed(plan.server_ports.back(), i));
    }
    fakes::FakeNvue device(clock, plan);
    const auto driver = switch_drivers::make_driver("cumulus-nvue",
                                                    {.name = "tor1",
                                                     .address = "127.0.0.1",
                                                     .port = device.port(),
                                                     .password = Secret("switch"),
                                                     .host_key = device.host_key()},
                                                    {.asn = Asn{65001}});
    ASSERT_TRUE(driver);
    ASSERT_TRUE((*driver)->probe());
    if (one_fails) device.refuse_port("swp7", true);
    const auto begun = std::chrono::steady_clock::now();
    const long long before = device.exchanges();
    const auto applied = (*driver)->apply(wished, {.change_id = "chg-a"});
    const std::chrono::nanoseconds took = std::chrono::steady_clock::now() - begun;
    ASSERT_TRUE(applied) << applied.error().message;
    for (const PortOutcome& outcome : *applied)
      EXPECT_EQ(outcome.status.has_value(), !one_fails || outcome.port != "swp7") << outcome.port;
    EXPECT_THAT(device.violations(), IsEmpty());
    std::printf("48 ports%s: %lld ms, %lld requests\n", one_fails ? ", one refused" : "",
                static_cast<long long>(took.count() / 1'000'000), device.exchanges() - before);
  }
}

}  // namespace
}  // namespace switchyard::contract
