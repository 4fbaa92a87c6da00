// What a driver would send, without a switch.
#pragma once

#include "switch-drivers/registry.h"

#include <span>
#include <string>

namespace switchyard::switch_drivers::cumulus_nvue {

[[nodiscard]] std::string describe_change(const SwitchContext& context,
                                          std::span<const IntentChange> ports);

}  // namespace switchyard::switch_drivers::cumulus_nvue
