// The clock of the server: years off when its battery is dead, or as whoever had it before left it.
#pragma once

#include "core/result.h"

#include <ctime>

namespace switchyard::pxe::installer {

// Whether a clock that shows `here` must be set when the service's shows `there`. A few seconds are
// the way between them.
[[nodiscard]] bool is_astray(std::time_t here, std::time_t there);

// The system's clock, and the server's own (RTC), which the installed system starts with.
[[nodiscard]] Status set_clock(std::time_t now);

}  // namespace switchyard::pxe::installer
