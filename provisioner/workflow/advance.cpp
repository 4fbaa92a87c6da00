#include "provisioner/workflow/workflow.h"

#include <algorithm>

namespace switchyard::provisioner {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds kFirstDelay = 500ms;
constexpr std::chrono::milliseconds kLongestDelay = 60s;

std::chrono::milliseconds backoff(int attempt) {
  return std::min<std::chrono::milliseconds>(kLongestDelay,
                                             kFirstDelay * (1LL << std::min(attempt, 10)));
}

}  // namespace

Advance advance(const Row& row, const StepOutcome& outcome, const Progress& progress) {
  if (std::holds_alternative<Done>(outcome)) return {.next = row.then};
  if (progress.cancel_requested && !gives_up(row))
    return {.next = row.on_failure, .note = "cancelled", .error = Errc::Conflict};

  const bool late = progress.in_state > row.deadline;
  if (const auto* wait = std::get_if<Wait>(&outcome)) {
    if (late)
      return {.next = row.on_failure, .note = "too late: " + wait->reason, .error = Errc::TimedOut};
    return {.next = row.in, .retry_in = wait->retry_in, .note = wait->reason};
  }
  const auto& error = std::get<Error>(outcome);
  if (!is_transient(error.code))
    return {.next = row.on_failure, .note = error.message, .error = error.code};
  if (late)
    return {.next = row.on_failure, .note = "too late: " + error.message, .error = Errc::TimedOut};
  return {.next = row.in,
          .retry_in = backoff(progress.attempt),
          .is_retry = true,
          .note = error.message};
}

}  // namespace switchyard::provisioner
