// What a change would send, without a switch. Pure.
#pragma once

#include "switch-drivers/registry.h"

#include <span>
#include <string>

namespace switchyard::switch_drivers::linux_frr {

// The commands of one exchange that change something, each with its input below it: what
// change_commands() sends when the switch shows exactly the former intents, without the dead man's
// handle round each of them. '' when nothing changes.
[[nodiscard]] std::string describe_change(const SwitchContext& context,
                                          std::span<const IntentChange> ports);

}  // namespace switchyard::switch_drivers::linux_frr
