// A shell over SSH on a simulated switch, with the faults that hit it between two commands.
#pragma once

#include "tests/fakes/switch/fake_switch.h"

#include <optional>
#include <string>

namespace switchyard::fakes {

class SwitchSession final : public SshProgram {
 public:
  // `command`: run this and exit; empty: read commands from the client.
  SwitchSession(FakeSwitch& owner, std::string_view command);

  void feed(std::string_view bytes) override { buffer_.append(bytes); }

  void end_of_input() override { ended_ = true; }

  Effect next() override;
  void lost() override;

 private:
  enum class Step { Again, Idle, Wait, Drop, Exit };

  Step advance();
  Step resume();
  Step begin_command(const Parsed& parsed);
  Step finish_command();
  Effect answer(Step step);
  void leave_rest(SwitchFault::Rest rest, std::chrono::milliseconds delay);

  FakeSwitch& owner_;
  long long boot_{};  // of which the session is part
  std::unique_ptr<Process> process_{};
  Streams streams_{};
  std::optional<Task<int>> task_{};
  std::string buffer_{};
  bool ended_{};
  bool one_command_{};
  std::string line_{};  // what runs, as logged
  std::string input_{};
  bool counted_{};
  std::optional<SwitchFault> fault_{};  // that hits what runs
  bool hangs_{};
  NodePtr hanging_{};
  std::string held_{};  // answers not sent yet
  std::chrono::microseconds wait_{};
  bool committed_{};
};

}  // namespace switchyard::fakes
