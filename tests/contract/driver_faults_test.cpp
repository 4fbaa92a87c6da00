// Every NOS: what a driver makes of a switch that refuses, hangs, lies, is full or is not the one
// it was.
#include "tests/contract/driver_bench.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace switchyard::contract {
namespace {

using fakes::SwitchFault;
using switch_drivers::PortIntent;
using switch_drivers::Settlement;
using switch_drivers::Verdict;

class DriverFaults : public testing::TestWithParam<std::string> {
 protected:
  DriverBench bench_{GetParam()};
};

TEST_P(DriverFaults, RefusedPortDoesNotHoldBackAnother) {
  bench_.make(provisioning(bench_.port()));
  bench_.make(provisioning(bench_.other_port()));
  bench_.device().refuse_port(bench_.port(), true);
  const auto applied =
      bench_.driver().apply(std::vector{routed(bench_.port(), 5), routed(bench_.other_port(), 6)},
                            {.change_id = "chg-r"});
  ASSERT_TRUE(applied) << applied.error().message;
  ASSERT_EQ(applied->size(), 2U);
  ASSERT_FALSE(applied->at(0).status);
  EXPECT_EQ(applied->at(0).status.error().code, Errc::Rejected);
  EXPECT_TRUE(applied->at(1).status) << applied->at(1).status.error().message;
  bench_.device().refuse_port(bench_.port(), false);
  const auto settled =
      bench_.driver().settle("chg-r", std::vector{Settlement{bench_.port(), Verdict::Undo},
                                                  Settlement{bench_.other_port(), Verdict::Keep}});
  ASSERT_TRUE(settled) << settled.error().message;
  EXPECT_TRUE(settled->at(1).status) << settled->at(1).status.error().message;
  bench_.expect_equal(provisioning(bench_.port()));
  bench_.expect_equal(routed(bench_.other_port(), 6));
}

// Each line of what is sent is refused once, by itself.
TEST_P(DriverFaults, AnyRefusedLineLeavesThePortClosedOrWhole) {
  bench_.make(provisioning(bench_.port()));
  bench_.device().clear_log();
  bench_.make(routed(bench_.port(), 5));
  const std::set<std::string> lines = bench_.device().changing_lines();
  ASSERT_GT(lines.size(), 20U);
  for (const std::string& line : lines) {
    SCOPED_TRACE("refused: " + line);
    DriverBench bench(GetParam());
    bench.make(provisioning(bench_.port()));
    bench.device().refuse_lines(line, true);
    const auto applied =
        bench.driver().apply(std::vector{routed(bench_.port(), 5)}, {.change_id = "chg-l"});
    ASSERT_TRUE(applied) << applied.error().message;
    const bool says_well = applied->front().status.has_value();
    const bool is_well = bench.compare(routed(bench_.port(), 5)).running.empty();
    EXPECT_EQ(says_well, is_well);
    if (!says_well) {
      EXPECT_EQ(applied->front().status.error().code, Errc::Rejected);
    }
    // A NOS with transactions has not even closed it.
    EXPECT_TRUE(is_well || !bench.device().port_view(bench_.port()).up ||
                bench.compare(provisioning(bench_.port())).running.empty());
    bench.expect_no_violation();
    bench.device().clear_faults();
    bench.advance(std::chrono::seconds{300});
    bench.expect_taken_back(provisioning(bench_.port()));
  }
}

TEST_P(DriverFaults, HangIsTimedOutAndTheTruthIsFoundAfterwards) {
  bench_.make(provisioning(bench_.port()));
  bench_.restart_controller(std::chrono::milliseconds{400});
  ASSERT_TRUE(bench_.driver().probe());
  bench_.device().set_fault(
      {.kind = SwitchFault::Kind::Hang, .matching = bench_.device().mark_of_change()});
  const auto applied =
      bench_.driver().apply(std::vector{routed(bench_.port(), 5)}, {.change_id = "chg-h"});
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, Errc::TimedOut);
  // An hour later it is back; its dead man's handle has fired long ago.
  bench_.device().clear_faults();
  bench_.advance(std::chrono::hours{1});
  bench_.restart_controller();
  bench_.expect_taken_back(provisioning(bench_.port()));
  bench_.make(routed(bench_.port(), 5));
  bench_.expect_equal(routed(bench_.port(), 5));
}

TEST_P(DriverFaults, LateAnswerWithinTheDeadlineIsAnAnswer) {
  bench_.device().set_fault({.kind = SwitchFault::Kind::Late,
                             .matching = bench_.device().mark_of_change(),
                             .delay = std::chrono::milliseconds{150}});
  bench_.make(routed(bench_.port(), 5));
  bench_.expect_equal(routed(bench_.port(), 5));
}

TEST_P(DriverFaults, DroppedSessionIsUnavailableAndTheNextCallReconnects) {
  bench_.make(provisioning(bench_.port()));
  bench_.device().set_fault({.kind = SwitchFault::Kind::DropBefore, .at = 0});
  const auto compared = bench_.driver().compare(std::vector{provisioning(bench_.port())});
  ASSERT_FALSE(compared);
  EXPECT_EQ(compared.error().code, Errc::Unavailable);
  bench_.expect_equal(provisioning(bench_.port()));
}

TEST_P(DriverFaults, LieInTheReadBackIsNotSuccess) {
  bench_.device().lie_about_filters(prefix("10.1.0.5/32"), prefix("10.1.0.66/32"));
  const auto applied =
      bench_.driver().apply(std::vector{routed(bench_.port(), 5)}, {.change_id = "chg-lie"});
  ASSERT_TRUE(applied) << applied.error().message;
  ASSERT_FALSE(applied->front().status);
  EXPECT_EQ(applied->front().status.error().code, Errc::Rejected);
  EXPECT_FALSE(applied->front().remaining.empty());
}

TEST_P(DriverFaults, ChangedHostKeyIsRefusedAndNothingIsSent) {
  bench_.device().change_host_key();
  bench_.device().clear_log();
  bench_.restart_controller();
  const auto applied =
      bench_.driver().apply(std::vector{routed(bench_.port(), 5)}, {.change_id = "chg-k"});
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, Errc::Rejected);
  EXPECT_TRUE(bench_.sent().empty());
}

TEST_P(DriverFaults, SessionLimitsAreUnavailable) {
  ASSERT_FALSE(bench_.device().session_limits().empty());
  for (const std::string& limit : bench_.device().session_limits()) {
    SCOPED_TRACE(limit);
    bench_.device().exhaust(limit);
    bench_.restart_controller(std::chrono::milliseconds{3000});
    const auto probed = bench_.driver().probe();
    ASSERT_FALSE(probed);
    EXPECT_EQ(probed.error().code, Errc::Unavailable);
  }
  bench_.device().clear_faults();
  EXPECT_TRUE(bench_.driver().probe());
}

TEST_P(DriverFaults, FullDiskIsNotSaved) {
  bench_.make(provisioning(bench_.port()));
  const auto applied =
      bench_.driver().apply(std::vector{routed(bench_.port(), 5)}, {.change_id = "chg-f"});
  ASSERT_TRUE(applied && applied->front().status);
  bench_.device().set_full_disk(true);
  const auto settled =
      bench_.driver().settle("chg-f", std::vector{Settlement{bench_.port(), Verdict::Keep}});
  EXPECT_FALSE(settled && settled->front().status);
  bench_.device().set_full_disk(false);
  bench_.restart_controller();
  bench_.make(routed(bench_.port(), 5));
  bench_.expect_equal(routed(bench_.port(), 5));
}

TEST_P(DriverFaults, FullDiskBeforeTheChangeChangesNothingForGood) {
  bench_.make(provisioning(bench_.port()));
  bench_.device().set_full_disk(true);
  const auto applied =
      bench_.driver().apply(std::vector{routed(bench_.port(), 5)}, {.change_id = "chg-f"});
  EXPECT_FALSE(applied && applied->front().status &&
               bench_.compare(routed(bench_.port(), 5)).equal());
  bench_.expect_no_violation();
  bench_.device().set_full_disk(false);
  bench_.advance(std::chrono::seconds{300});
  bench_.make(routed(bench_.port(), 5));
  bench_.expect_equal(routed(bench_.port(), 5));
}

TEST_P(DriverFaults, AChangeThatWasCutOffBeforeItWasArmedLeavesNothing) {
  const std::string last = bench_.device().mark_before_arming("chg-cut", bench_.port());
  if (last.empty()) GTEST_SKIP() << GetParam() << " arms the undo with the change itself";
  bench_.make(provisioning(bench_.port()));
  bench_.device().set_fault({.kind = SwitchFault::Kind::DropBefore, .matching = last});
  EXPECT_FALSE(
      bench_.driver().apply(std::vector{routed(bench_.port(), 5)}, {.change_id = "chg-cut"}));
  EXPECT_FALSE(bench_.device().leftovers().empty());
  bench_.make(routed(bench_.port(), 5));
  bench_.expect_equal(routed(bench_.port(), 5));
  EXPECT_TRUE(bench_.device().leftovers().empty());
}

TEST_P(DriverFaults, DeadManTakesBackWhatNobodyKeeps) {
  bench_.make(provisioning(bench_.port()));
  const auto applied =
      bench_.driver().apply(std::vector{routed(bench_.port(), 5)},
                            {.change_id = "chg-d", .undo_after = std::chrono::seconds{60}});
  ASSERT_TRUE(applied && applied->front().status);
  bench_.advance(std::chrono::seconds{59});
  EXPECT_EQ(bench_.device().port_view(bench_.port()).tags, (std::vector{101, 201}));
  bench_.advance(std::chrono::seconds{2});
  bench_.expect_taken_back(provisioning(bench_.port()));
  const auto settled =
      bench_.driver().settle("chg-d", std::vector{Settlement{bench_.port(), Verdict::Keep}});
  ASSERT_TRUE(settled) << settled.error().message;
  ASSERT_FALSE(settled->front().status);
  EXPECT_EQ(settled->front().status.error().code, Errc::NotFound);
}

TEST_P(DriverFaults, UndoPutsBackWhatWas) {
  for (const auto& [from, to] : {std::pair{provisioning(bench_.port()), routed(bench_.port(), 5)},
                                 std::pair{routed(bench_.port(), 5), shut(bench_.port())},
                                 std::pair{routed(bench_.port(), 5), routed(bench_.port(), 6)}}) {
    bench_.make(from);
    const std::string id = bench_.next_change();
    const auto applied = bench_.driver().apply(std::vector{to}, {.change_id = id});
    ASSERT_TRUE(applied && applied->front().status);
    const auto settled =
        bench_.driver().settle(id, std::vector{Settlement{bench_.port(), Verdict::Undo}});
    ASSERT_TRUE(settled) << settled.error().message;
    EXPECT_TRUE(settled->front().status) << settled->front().status.error().message;
    bench_.expect_equal(from);
    bench_.advance(std::chrono::seconds{300});
    bench_.expect_equal(from);
  }
}

TEST_P(DriverFaults, TruncatedAnswersAreNeverTakenForWhole) {
  bench_.make(provisioning(bench_.port()));
  const auto whole = bench_.compare(routed(bench_.port(), 5));
  for (long long bytes = 1; bytes < 20'000; bytes += 977) {
    bench_.device().cut_after_bytes(bytes);
    bench_.restart_controller();
    const auto compared = bench_.driver().compare(std::vector{routed(bench_.port(), 5)});
    if (compared) {
      EXPECT_EQ(compared->front().running, whole.running);
    } else {
      EXPECT_EQ(compared.error().code, Errc::Unavailable);
    }
  }
}

TEST_P(DriverFaults, DriftIsSeenAndRepairedAndForeignConfigurationStays) {
  bench_.make(routed(bench_.port(), 5));
  const std::string others = bench_.device().fingerprint({bench_.port()});
  const std::vector<fakes::HandChange> changes = bench_.device().hand_changes(
      {.port = bench_.port(), .vrf = bench_.row().vrf_name(kPrivate), .tag = 101});
  ASSERT_GE(changes.size(), 5U);
  for (const fakes::HandChange& change : changes) {
    SCOPED_TRACE(change.name);
    change.make();
    EXPECT_FALSE(bench_.compare(routed(bench_.port(), 5)).equal());
    bench_.make(routed(bench_.port(), 5));
    const auto report = bench_.compare(routed(bench_.port(), 5));
    EXPECT_TRUE(report.equal())
        << (report.running.empty() ? report.saved : report.running).front().subject;
  }
  EXPECT_EQ(bench_.device().fingerprint({bench_.port()}), others);
}

INSTANTIATE_TEST_SUITE_P(EveryNos, DriverFaults, testing::ValuesIn(switch_drivers::known_nos()),
                         [](const auto& nos) {
                           std::string name = nos.param;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace switchyard::contract
