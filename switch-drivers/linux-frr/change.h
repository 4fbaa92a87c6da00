// One change of any number of ports as the commands of one exchange: first the dead man's handle,
// then what it would take back. Pure.
#pragma once

#include "switch-drivers/handle/change.h"
#include "switch-drivers/linux-frr/plan.h"
#include "switch-drivers/linux-frr/undo_record.h"
#include "switch-drivers/registry.h"

#include <string>
#include <vector>

namespace switchyard::switch_drivers::linux_frr {

struct PortChange {
  PortIntent wish{};
  PortState before{};
  PortState after{};
  handle::Takeover older{};
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

}  // namespace switchyard::switch_drivers::linux_frr
