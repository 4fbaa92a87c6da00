// What a switch shows, held against what a port should be. Pure.
#pragma once

#include "switch-drivers/driver.h"
#include "switch-drivers/junos/candidate.h"
#include "switch-drivers/junos/wish.h"

#include <string>
#include <vector>

namespace switchyard::switch_drivers::junos {

// The port as it is; of shared objects all that the switch has, so that none is said again.
[[nodiscard]] PortState state_in(const View& view, const std::string& port);

// Its configuration, and what its interfaces do.
[[nodiscard]] std::vector<Difference> compare_with(const PortState& wished, const View& view);

// Rejected, naming the first difference, unless nothing remains.
[[nodiscard]] PortOutcome judged(const std::string& port, std::vector<Difference> remaining);

}  // namespace switchyard::switch_drivers::junos
