// The verdict on a port, in words. Pure.
#pragma once

#include "switch-drivers/driver.h"

#include <string>
#include <vector>

namespace switchyard::switch_drivers::arista_eos {

// Rejected, naming the first difference and what the switch said, unless nothing remains.
[[nodiscard]] PortOutcome judged(const std::string& port, std::vector<Difference> remaining,
                                 const std::string& complaint);

[[nodiscard]] PortOutcome not_known(const std::string& port);  // NotFound

}  // namespace switchyard::switch_drivers::arista_eos
