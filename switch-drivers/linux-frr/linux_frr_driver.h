// Plain Linux with ifupdown2 and FRR (Debian, Cumulus classic, DENT). The thin shell round the pure
// parts: reads, lets wish.h, difference.h and plan.h decide, sends.
//
// Round trips: compare 1; apply 2 (3 when what was made does not read back and the port must stay
// closed); settle 1; sessions 2. One more the first time a port is seen with subinterfaces.
#pragma once

#include "switch-drivers/driver.h"
#include "switch-drivers/registry.h"
#include "switch-drivers/transport/shell.h"

#include <memory>

namespace switchyard::switch_drivers::linux_frr {

[[nodiscard]] std::unique_ptr<Driver> make_linux_frr_driver(const SwitchAccess& access,
                                                            SwitchContext context,
                                                            std::unique_ptr<Shell> shell);

}  // namespace switchyard::switch_drivers::linux_frr
