// Every row x every outcome: what follows is computed here a second time, the plain way.
#include "provisioner/workflow/workflow.h"

#include <gtest/gtest.h>

namespace switchyard::provisioner {
namespace {

using namespace std::chrono_literals;

struct Case {
  std::string name{};
  StepOutcome outcome{};
  Progress progress{};
};

std::vector<Case> all_cases() {
  return {
      {"done", Done{}, {}},
      {"done late", Done{}, {.in_state = 1000h}},
      {"done cancelled", Done{}, {.cancel_requested = true}},
      {"wait", Wait{"later", 3s}, {}},
      {"wait late", Wait{"later", 3s}, {.in_state = 1000h}},
      {"wait cancelled", Wait{"later", 3s}, {.cancel_requested = true}},
      {"transient", Error{Errc::Unavailable, "no answer"}, {.attempt = 2}},
      {"transient late", Error{Errc::TimedOut, "no answer"}, {.in_state = 1000h}},
      {"permanent", Error{Errc::Rejected, "no"}, {}},
      {"invalid", Error{Errc::Invalid, "nonsense"}, {}},
  };
}

State expected_state(const Row& row, const Case& tried) {
  if (tried.name.starts_with("done")) return row.then;
  const bool cancelled = tried.progress.cancel_requested && row.then != State::Failed;
  const bool gives_up =
      tried.name.ends_with("late") || tried.name == "permanent" || tried.name == "invalid";
  return cancelled || gives_up ? row.on_failure : row.in;
}

TEST(Advance, LeadsWhereTheTableSaysForEveryRowAndOutcome) {
  for (const auto& table : {deploy_table(), release_table(), wipe_table(), rescue_table(),
                            move_table(), rollout_table()})
    for (const Row& row : table)
      for (const Case& tried : all_cases())
        EXPECT_EQ(advance(row, tried.outcome, tried.progress).next, expected_state(row, tried))
            << to_string(row.in) << " " << tried.name;
}

TEST(Advance, WaitsLongerAfterEachErrorUpToAMinute) {
  const Row& row = deploy_table().front();
  std::chrono::milliseconds last{};
  for (int attempt = 0; attempt < 40; ++attempt) {
    const Advance next = advance(row, Error{Errc::Unavailable, "no answer"}, {.attempt = attempt});
    EXPECT_TRUE(next.is_retry);
    EXPECT_GE(next.retry_in, last);
    EXPECT_LE(next.retry_in, 60s);
    last = next.retry_in;
  }
}

TEST(Advance, NeverLeavesAWorkflowThatGivesUpWithOpenPorts) {
  for (const auto& table : {deploy_table(), release_table(), wipe_table()})
    for (const Row& row : table)
      EXPECT_TRUE(row.in == State::Isolating || row.on_failure == State::Isolating)
          << to_string(row.in);
}

TEST(Advance, TakesBackAMoveThatCannotGoOn) {
  for (const Row& row : move_table())
    EXPECT_TRUE(row.in == State::Reverting || row.on_failure == State::Reverting)
        << to_string(row.in);
}

TEST(WorkflowState, ReadsItsOwnNames) {
  for (const auto& table : {deploy_table(), release_table(), wipe_table(), rescue_table(),
                            move_table(), rollout_table()})
    for (const Row& row : table)
      EXPECT_EQ(parse_state(to_string(row.in)), row.in);
  EXPECT_FALSE(parse_state("dancing"));
}

}  // namespace
}  // namespace switchyard::provisioner
