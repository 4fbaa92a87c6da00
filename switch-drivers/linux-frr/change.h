// One change of any number of ports as the commands of one exchange: first the dead man's handle,
// then what it would take back. Pure.
#pragma once

#include "switch-drivers/linux-frr/plan.h"
#include "switch-drivers/linux-frr/undo_record.h"
#include "switch-drivers/registry.h"

#include <optional>
#include <string>
#include <vector>

namespace switchyard::switch_drivers::linux_frr {

struct PortChange {
  PortIntent wish{};
  PortState before{};
  PortState after{};
  std::optional<std::string> superseded{};  // an older change of this port that nobody settled
  // The older change made the port as it is wished now: only the handle passes to the new change,
  // and with it what an undo would put back.
  bool inherits_undo{};
};

struct ChangeCommands {
  std::vector<Command> commands{};
  std::size_t arm{};  // index of the command that must have worked for anything to have happened
};

[[nodiscard]] ChangeCommands change_commands(const ApplyOptions& options,
                                             const std::vector<PortChange>& changes,
                                             const SwitchState& observed,
                                             const SwitchContext& context);

// What is left to send for ports that read back well but were not opened, and for those that must
// not stay open.
[[nodiscard]] std::vector<Command> correction_commands(std::string_view change_id,
                                                       const std::vector<std::string>& ip_lines);

// [a-z0-9-]{1,40}, and the time within 10 s … 600 s.
[[nodiscard]] Status check_options(const ApplyOptions& options);
[[nodiscard]] Status check_change_id(std::string_view change_id);

}  // namespace switchyard::switch_drivers::linux_frr
