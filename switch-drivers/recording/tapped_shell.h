// A shell whose exchanges pass a tap.
#pragma once

#include "switch-drivers/recording/exchange_tap.h"
#include "switch-drivers/transport/shell.h"

#include <memory>

namespace switchyard::switch_drivers {

// `shell` may be null where the tap answers everything.
[[nodiscard]] std::unique_ptr<Shell> tap_shell(std::unique_ptr<Shell> shell,
                                               std::shared_ptr<ExchangeTap> tap);

}  // namespace switchyard::switch_drivers
