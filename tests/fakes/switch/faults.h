// Faults of a simulated switch, of whatever NOS, and the log of what it was sent.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <list>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::fakes {

// A fault waits for its command, happens `times` times, and is gone. Commands are what a client
// sends, counted from when the fault was set, beginning with 0; end markers do not count.
struct SwitchFault {
  enum class Kind {
    Refuse,      // the command is not run and answers with an error
    Hang,        // the command is not run and never answers
    DropBefore,  // the connection is cut, the command is not run
    DropAfter,   // the command is run, the connection is cut before its answer
    Late,        // the command is run and answers after `delay`
    PowerCut,    // the switch reboots in the middle of a change, after `at` single changes
  };
  // What a broken connection leaves behind: a shell goes on with what it has already received.
  enum class Rest { Lost, Runs, RunsLate };
  Kind kind{};
  long long at{-1};  // number of the command (PowerCut: of the change); -1: the next that matches
  std::string matching{};  // part of the command or its input; empty: any
  int times{1};            // -1: for ever
  std::chrono::milliseconds delay{1000};
  Rest rest{Rest::Lost};
};

// Replaces text in what matching commands answer.
struct SwitchLie {
  std::string command{};  // part of the command line
  std::string find{};
  std::string replace{};
};

// Whether `name` stands in `line` as a word or with a subinterface behind it.
[[nodiscard]] bool names_port(std::string_view line, std::string_view name);

// Guarded by the switch's mutex.
class SwitchFaults {
 public:
  // `steps`: single changes so far.
  void set(SwitchFault fault, long long steps);
  void clear();

  // The fault that hits this command; each call is one command. Valid until used up.
  [[nodiscard]] const SwitchFault* fault_for(const std::string& command, const std::string& input);
  void use_up(const SwitchFault* fault);
  // Whether the power fails after change number `steps`; it is up to the switch to lose it.
  [[nodiscard]] bool power_fails(long long steps) const;
  void power_failed();

  [[nodiscard]] bool any() const { return !faults_.empty(); }

  void refuse_port(const std::string& port, bool refused);
  void refuse_lines(const std::string& part, bool refused);
  // Why this line is refused; empty: it is not. Lines that only look (" show ") never are.
  [[nodiscard]] std::string refusal_of(const std::string& line) const;

  void set_lies(std::vector<SwitchLie> lies) { lies_ = std::move(lies); }

  [[nodiscard]] std::string tell_lies(const std::string& command, std::string output) const;

 private:
  std::list<SwitchFault> faults_{};
  long long commands_since_fault_{};
  long long steps_at_fault_{};
  std::set<std::string> refused_ports_{};
  std::set<std::string> refused_lines_{};
  std::vector<SwitchLie> lies_{};
};

struct SwitchLogEntry {
  std::string command{};
  std::string input{};
  int status{};
};

// What a client sent, the newest of it. Guarded by the switch's mutex.
class SwitchLog {
 public:
  void add(const std::string& command, const std::string& input, int status);
  void clear();

  void set_limit(std::size_t bytes) { limit_ = bytes; }

  [[nodiscard]] std::vector<SwitchLogEntry> entries() const {
    return {entries_.begin(), entries_.end()};
  }

 private:
  std::deque<SwitchLogEntry> entries_{};
  std::size_t bytes_{};
  std::size_t limit_{16U << 20U};
};

}  // namespace switchyard::fakes
