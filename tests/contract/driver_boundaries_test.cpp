// Every NOS, every command boundary: the session is cut before or after each command of a whole
// change, the power fails after each single change on the switch. Nothing that must not be may ever
// be, the truth is found afterwards, and the next try ends well.
#include "tests/contract/driver_bench.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace switchyard::contract {
namespace {

using fakes::SwitchFault;
using switch_drivers::PortIntent;
using switch_drivers::PortReport;
using switch_drivers::Settlement;
using switch_drivers::Verdict;

struct Transition {
  std::string name{};
  PortIntent from{};
  PortIntent to{};
  bool in_place{};  // the mode stays: the port need not close
};

struct Case {
  std::string nos{};
  Transition transition{};
  SwitchFault::Kind kind{};
  SwitchFault::Rest rest{};
  std::string name{};
};

PortIntent with_anycast(PortIntent intent) {
  intent.owner = "dep-5 2";
  intent.attachments[0].accept.push_back(prefix("10.1.0.200/32"));
  std::ranges::sort(intent.attachments[0].accept);
  return intent;
}

// What a whole change sends, from apply to the end of settle.
bool change(DriverBench& bench, const PortIntent& to, const std::string& id) {
  const auto applied = bench.driver().apply(
      std::vector{to}, {.change_id = id, .undo_after = std::chrono::seconds{60}});
  if (!applied || !applied->front().status) return false;
  const auto settled = bench.driver().settle(id, std::vector{Settlement{to.port, Verdict::Keep}});
  return settled && settled->front().status.has_value();
}

// What is there is as in the old state, but some of it may be gone already: a neighbour before its
// link, as FRR wants it.
bool is_only_less(const PortReport& report) {
  return std::ranges::all_of(report.running, [](const auto& one) { return one.observed.empty(); });
}

// Closed, or exactly one of the two, or on the way to closed: never in between and open.
void expect_closed_or_whole(DriverBench& bench, const Transition& transition) {
  if (transition.in_place || !bench.device().port_view(bench.port()).up) return;
  const auto old_report = bench.compare(transition.from);
  const auto new_report = bench.compare(transition.to);
  EXPECT_TRUE(is_only_less(old_report) || new_report.running.empty())
      << "open and neither old nor new\n"
      << describe("to old", old_report.running) << describe("to new", new_report.running);
}

class DriverBoundaries : public testing::TestWithParam<Case> {
 protected:
  // How many boundaries a change has: commands of the session, or single changes on the switch.
  static long long boundaries(const Case& one) {
    DriverBench bench(one.nos);
    bench.make(one.transition.from);
    bench.device().clear_log();
    const long long steps = bench.device().steps();
    EXPECT_TRUE(change(bench, one.transition.to, "chg-count"));
    return one.kind == SwitchFault::Kind::PowerCut
               ? bench.device().steps() - steps
               : static_cast<long long>(bench.device().log().size());
  }

  static void cut_at(DriverBench& bench, const Case& one, long long k) {
    bench.make(one.transition.from);
    bench.device().set_fault(
        {.kind = one.kind, .at = k, .delay = std::chrono::milliseconds{2000}, .rest = one.rest});
    (void)change(bench, one.transition.to, "chg-cut");
    bench.device().clear_faults();
    expect_closed_or_whole(bench, one.transition);
    bench.expect_no_violation();
  }
};

TEST_P(DriverBoundaries, NextTryEndsWell) {
  const Case& one = GetParam();
  const long long count = boundaries(one);
  ASSERT_GT(count, fakes::tor_row(one.nos).least_boundaries);
  for (long long k = 0; k < count && !HasFailure(); ++k) {
    SCOPED_TRACE(fmt::format("boundary {} of {}", k, count));
    DriverBench bench(one.nos);
    cut_at(bench, one, k);
    bench.restart_controller();
    bench.make(one.transition.to);
    bench.expect_equal(one.transition.to);
    // The handle of the first try must not come back to haunt the second.
    bench.advance(std::chrono::seconds{300});
    bench.expect_equal(one.transition.to);
  }
}

TEST_P(DriverBoundaries, SwitchFindsBackByItself) {
  const Case& one = GetParam();
  const long long count = boundaries(one);
  for (long long k = 0; k < count && !HasFailure(); ++k) {
    SCOPED_TRACE(fmt::format("boundary {} of {}", k, count));
    DriverBench bench(one.nos);
    cut_at(bench, one, k);
    bench.advance(std::chrono::seconds{300});
    bench.expect_no_violation();
    bench.restart_controller();
    const auto old_report = bench.compare(one.transition.from);
    const auto new_report = bench.compare(one.transition.to);
    // A reboot may leave it closed: /run is gone, and with it what would undo. What is changed in
    // place is saved in two files and may come back as one of each, never past its filter.
    const bool closed = one.kind == SwitchFault::Kind::PowerCut &&
                        (one.transition.in_place || !bench.device().port_view(bench.port()).up);
    EXPECT_TRUE(old_report.running.empty() || new_report.running.empty() || closed)
        << describe("to old", old_report.running) << describe("to new", new_report.running);
  }
}

// Short names in the output of GoogleTest.
void PrintTo(const Case& one, std::ostream* stream) { *stream << one.name; }

std::vector<Transition> transitions(const std::string& port) {
  return {
      {"Deploy", provisioning(port), routed(port, 5)},
      {"Release", routed(port, 5), provisioning(port)},
      {"Grant", routed(port, 5), with_anycast(routed(port, 5)), /*in_place=*/true},
  };
}

std::vector<Case> cases() {
  const std::vector<std::tuple<std::string, SwitchFault::Kind, SwitchFault::Rest>> faults{
      {"CutBeforeRestLost", SwitchFault::Kind::DropBefore, SwitchFault::Rest::Lost},
      {"CutAfterRestLost", SwitchFault::Kind::DropAfter, SwitchFault::Rest::Lost},
      {"CutAfterRestRuns", SwitchFault::Kind::DropAfter, SwitchFault::Rest::Runs},
      {"PowerCut", SwitchFault::Kind::PowerCut, SwitchFault::Rest::Lost},
  };
  std::vector<Case> all;
  for (const std::string& nos : switch_drivers::known_nos()) {
    std::string nos_name = nos;
    std::erase(nos_name, '-');
    for (const Transition& transition : transitions(fakes::tor_row(nos).port_name(1)))
      for (const auto& [name, kind, rest] : faults)
        all.push_back({nos, transition, kind, rest, nos_name + transition.name + name});
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(EveryNos, DriverBoundaries, testing::ValuesIn(cases()),
                         [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace switchyard::contract
