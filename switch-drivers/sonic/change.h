// One change of any number of ports as the commands of two exchanges: behind the dead man's handle
// what leaves each port closed, and, for ports that then read back well, what opens them. Pure.
#pragma once

#include "switch-drivers/handle/change.h"
#include "switch-drivers/sonic/plan.h"
#include "switch-drivers/sonic/state.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::switch_drivers::sonic {

struct PortChange {
  PortIntent wish{};
  PortState before{};
  PortState after{};
  handle::Takeover older{};
  PortPlan plan{};
};

struct ChangeCommands {
  std::vector<Command> commands{};
  std::size_t arm{};  // index of the command that must have worked for anything to have happened
};

// Everything up to the reading back. The steps of the ports take turns, because most of them wait
// for SONiC: a port that fails stops by itself.
[[nodiscard]] ChangeCommands change_commands(const ApplyOptions& options,
                                             const std::vector<PortChange>& changes,
                                             const SwitchState& observed);

// What opens these ports.
[[nodiscard]] std::vector<Command> opening_commands(std::string_view change_id,
                                                    const std::vector<const PortChange*>& changes);

// Takes back what somebody or something made of the port on the way to `after`, from wherever it
// is; nothing for FRR's shared objects, which may have other users by then. Runs in the folder of
// the change.
[[nodiscard]] std::string render_undo(const PortIntent& wish, const PortState& before,
                                      const PortState& after);

// What removes the FRR objects that nobody needs; empty: there are none.
[[nodiscard]] std::string unused_frr(const SwitchState& observed,
                                     const std::vector<PortChange>& changes = {});

// What of the dead man's script is SONiC's.
[[nodiscard]] const handle::DeadmanNos& deadman_nos();

// What a preview shows: the steps as they are sent, without the handle, to a switch whose image has
// neither ipv6_use_link_local_only nor storm control.
[[nodiscard]] std::string describe_change(const SwitchContext& context,
                                          std::span<const IntentChange> ports);

}  // namespace switchyard::switch_drivers::sonic
