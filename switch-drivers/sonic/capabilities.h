// What SONiC can express, and how far.
#pragma once

#include "switch-drivers/driver.h"
#include "switch-drivers/sonic/wish.h"

#include <vector>

namespace switchyard::switch_drivers::sonic {

[[nodiscard]] std::vector<Capability> capabilities(const WishContext& context);

}  // namespace switchyard::switch_drivers::sonic
