// Community SONiC in `split-unified` routing mode, over SSH as root. The thin shell round the pure
// parts: reads, lets wish.h, state.h, plan.h and change.h decide, sends.
//
// Round trips: compare 1; apply 2, 3 when something is opened; settle 1, 2 when FRR has objects
// left that nobody needs; sessions 2.
#pragma once

#include "switch-drivers/driver.h"
#include "switch-drivers/registry.h"
#include "switch-drivers/transport/shell.h"

#include <memory>

namespace switchyard::switch_drivers::sonic {

[[nodiscard]] std::unique_ptr<Driver> make_sonic_driver(const SwitchAccess& access,
                                                        const SwitchContext& context,
                                                        std::unique_ptr<Shell> shell);

}  // namespace switchyard::switch_drivers::sonic
