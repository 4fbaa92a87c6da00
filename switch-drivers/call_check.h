// What every driver asks of a call before it talks to its switch. Pure.
#pragma once

#include "switch-drivers/driver.h"

#include <span>
#include <string_view>

namespace switchyard::switch_drivers {

// Of the NOS: Invalid for a line of an addition that its judge did not let through.
using CheckPolicy = Status (*)(const PolicyAddition& addition);

// Invalid: an intent that is none, a policy line nobody judged, a port that is wished twice.
[[nodiscard]] Status check_all(std::span<const PortIntent> wished, CheckPolicy check_policy);

// [a-z0-9-]{1,40}, not beginning with -, and the time within 10 s … 600 s.
[[nodiscard]] Status check_options(const ApplyOptions& options);
[[nodiscard]] Status check_change_id(std::string_view change_id);

}  // namespace switchyard::switch_drivers
