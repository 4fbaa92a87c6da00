// Runs a program and waits for it, with an end to every wait. No shell: arguments stay what they
// are.
#pragma once

#include "core/result.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard {

struct Command {
  std::vector<std::string> arguments{};    // the program first, looked up in PATH
  std::vector<std::string> environment{};  // "NAME=value", everything the program gets of one
};

struct ProcessLimits {
  std::chrono::steady_clock::time_point until{};
  std::stop_token stop{};
  std::size_t output{64 << 10};  // bytes of each stream
};

struct Finished {
  int status{};  // of exit(); 128 and the signal when a signal ended it
  std::string out{};
  std::string err{};
};

// Standard input is empty. The program is a process group of its own, which is killed when its time
// is over, when this controller ends, when it prints too much, and whatever of it outlives it.
// Errors: NotFound (no such program), Unavailable (stopped, or no process could be made), TimedOut,
// Invalid (too much output). Thread-safe.
[[nodiscard]] Result<Finished> run_process(const Command& command, const ProcessLimits& limits);

// The same for a program with a long life: hands over what it prints to standard output as it
// comes. Its standard input says nothing, and ends when it is stopped or its time is over; it has 3
// s to end by itself then. Errors: NotFound, Unavailable (no process could be made). Thread-safe.
[[nodiscard]] Result<Finished> follow_process(const Command& command, const ProcessLimits& limits,
                                              const std::function<void(std::string_view)>& heard);

}  // namespace switchyard
