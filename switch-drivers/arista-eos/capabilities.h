#pragma once

#include "switch-drivers/driver.h"

#include <vector>

namespace switchyard::switch_drivers::arista_eos {

[[nodiscard]] std::vector<Capability> capabilities();

}  // namespace switchyard::switch_drivers::arista_eos
