// Reads the switch: which commands, and what their answers amount to.
#pragma once

#include "switch-drivers/linux-frr/state.h"
#include "switch-drivers/linux-frr/undo_record.h"
#include "switch-drivers/transport/shell.h"

#include <chrono>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace switchyard::switch_drivers::linux_frr {

struct Observation {
  SwitchState state{};
  std::string armed{};           // the answer to read_armed(), for parse_armed()
  std::vector<Answer> before{};  // to the commands that were sent ahead of the reading
};

// Not thread-safe, like the shell it uses. Remembers which subinterfaces the ports had, so that one
// exchange is enough the next time.
class Observer {
 public:
  Observer(Shell& shell, std::chrono::milliseconds deadline) : shell_(shell), deadline_(deadline) {}

  // Sends `before`, reads, sends `after`; all in one exchange when the ports' subinterfaces are
  // known. `expected` are subinterfaces that may be there: those of the wishes.
  [[nodiscard]] Result<Observation> observe(const std::vector<std::string>& ports,
                                            const std::vector<std::string>& expected,
                                            std::vector<Command> before = {},
                                            const std::vector<Command>& after = {});

 private:
  [[nodiscard]] Status read_rest(Observation& observed, const std::set<std::string>& asked,
                                 const std::vector<std::string>& ports);

  Shell& shell_;
  std::chrono::milliseconds deadline_;
  std::set<std::string> known_{};  // subinterfaces seen or made
};

}  // namespace switchyard::switch_drivers::linux_frr
