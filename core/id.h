// Names for things we make: "dep-0k3v9x2m4t7qc1zr", a kind and 16 characters of Crockford base 32
// of which the first nine are the time in milliseconds, so ids sort by age.
#pragma once

#include "core/clock.h"

#include <string>
#include <string_view>

namespace switchyard {

[[nodiscard]] std::string new_id(std::string_view kind, Timestamp now);

// `count` unpredictable bytes from the system, as lower-case hex.
[[nodiscard]] std::string random_hex(std::size_t count);

}  // namespace switchyard
