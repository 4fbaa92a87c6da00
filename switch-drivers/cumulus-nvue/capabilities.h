// What NVUE can be told, and what it cannot.
#pragma once

#include "switch-drivers/driver.h"

#include <vector>

namespace switchyard::switch_drivers::cumulus_nvue {

[[nodiscard]] std::vector<Capability> capabilities();

}  // namespace switchyard::switch_drivers::cumulus_nvue
