// One warm SSH session to a switch with one shell on it: commands in, answers out, one round trip
// for any number of commands.
#pragma once

#include "core/result.h"
#include "switch-drivers/registry.h"

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace switchyard::switch_drivers {

// `line` is one shell command without a newline; `input` is its standard input (empty: none).
struct Command {
  std::string line{};
  std::string input{};
};

struct Answer {
  int status{};          // exit status of the command
  std::string output{};  // standard output and error together, capped at 16 MiB
};

// An interface, so that tests can play a switch without a socket. Not thread-safe.
class Shell {
 public:
  virtual ~Shell() = default;
  // Runs all commands in order, whatever the status of each, and answers as many answers. On the
  // wire (SshShell) one `sh` lives as long as the session and begins with `exec 2>&1`; a call with
  // nonce N begins with  echo SWY-N-begin  and sends for its command i
  //     LINE <<'SWY-N-i-IN'⏎ INPUT ⏎SWY-N-i-IN⏎  (also when INPUT is empty)  then  echo SWY-N-i-$?⏎
  // The answer is what stands between two of these marks.
  // Unavailable: could not connect or the session broke (some commands may have run). TimedOut: the
  // deadline passed; the session is closed, because where the switch stands is unknown. Unavailable
  // too when the permit of SwitchAccess ends meanwhile: at most 200 ms later.
  [[nodiscard]] virtual Result<std::vector<Answer>> run(std::span<const Command> commands,
                                                        std::chrono::milliseconds deadline) = 0;
};

// Connects on first use, keeps the session warm (keep-alive 15 s), reconnects after a loss on the
// next call. Rejected when the host key is not the pinned one or the login is refused.
[[nodiscard]] std::unique_ptr<Shell> make_ssh_shell(SwitchAccess access);

}  // namespace switchyard::switch_drivers
