// What a switch shows, held against what a port should be. Pure.
#pragma once

#include "switch-drivers/cumulus-nvue/revisions.h"
#include "switch-drivers/cumulus-nvue/wish.h"
#include "switch-drivers/driver.h"

#include <string>
#include <vector>

namespace switchyard::switch_drivers::cumulus_nvue {

// The port as it is; of shared objects all that the switch has, so that none is said again.
[[nodiscard]] PortState state_in(const Config& config, const std::string& port);

// Its configuration, and what its interfaces do.
[[nodiscard]] std::vector<Difference> compare_with(const PortState& wished, const View& view);
[[nodiscard]] std::vector<Difference> compare_saved(const PortState& wished, const View& view);

// What differs between running and startup is all of ports of ours.
[[nodiscard]] bool unsaved_is_ours(const View& view);

// Rejected, naming the first difference, unless nothing remains.
[[nodiscard]] PortOutcome judged(const std::string& port, std::vector<Difference> remaining);

}  // namespace switchyard::switch_drivers::cumulus_nvue
