// What Junos can express, and how far.
#pragma once

#include "switch-drivers/driver.h"

#include <vector>

namespace switchyard::switch_drivers::junos {

[[nodiscard]] std::vector<Capability> capabilities();

}  // namespace switchyard::switch_drivers::junos
