// Differences and sessions as the JSON that port_wishes stores and the API shows.
#pragma once

#include "core/result.h"
#include "provisioner/views.h"
#include "switch-drivers/driver.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace switchyard::provisioner {

[[nodiscard]] std::string differences_json(const switch_drivers::PortReport& report);
[[nodiscard]] std::string differences_json(const std::vector<switch_drivers::Difference>& running);
[[nodiscard]] std::string sessions_json(const std::vector<switch_drivers::SessionReport>& sessions);
// What an alarm tells: [{"vrf": "vrf-prv", "counts": [{"kind": …}]}], sessions with something
// refused only.
[[nodiscard]] nlohmann::json refused_json(
    const std::vector<switch_drivers::SessionReport>& sessions);
[[nodiscard]] std::string facts_json(const switch_drivers::SwitchFacts& facts,
                                     const std::vector<switch_drivers::Capability>& capabilities);

// Unreadable text gives an empty list: it is only what was last seen.
[[nodiscard]] std::vector<DifferenceView> parse_differences(const std::string& json);
[[nodiscard]] std::vector<SessionView> parse_sessions(const std::string& json);

}  // namespace switchyard::provisioner
