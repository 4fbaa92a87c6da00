// Reads the switch: which commands, and what their answers amount to.
#pragma once

#include "switch-drivers/sonic/state.h"
#include "switch-drivers/transport/shell.h"

#include <chrono>
#include <string>
#include <vector>

namespace switchyard::switch_drivers::sonic {

struct Observation {
  SwitchState state{};
  std::string armed{};           // the answer to read_armed(), for parse_armed()
  std::vector<Answer> before{};  // to the commands that were sent ahead of the reading
};

// Sends `before`, reads everything, sends `after`, in one exchange. Rejected: an answer that is
// none; Unavailable: FRR did not show all of itself.
[[nodiscard]] Result<Observation> observe(Shell& shell, std::chrono::milliseconds deadline,
                                          std::vector<Command> before = {},
                                          const std::vector<Command>& after = {});

}  // namespace switchyard::switch_drivers::sonic
