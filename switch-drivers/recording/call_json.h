// What a driver was asked and what came of it as JSON, for a recording.
#pragma once

#include "switch-drivers/driver.h"

#include <nlohmann/json_fwd.hpp>

namespace switchyard::switch_drivers {

[[nodiscard]] nlohmann::json to_json(std::span<const PortIntent> intents);
[[nodiscard]] nlohmann::json to_json(std::span<const Settlement> ports);
[[nodiscard]] Result<std::vector<PortIntent>> read_intents(const nlohmann::json& list);
[[nodiscard]] std::vector<Settlement> read_settlements(const nlohmann::json& list);

// {"error": …} or {"ok": …}; two results are the same when their JSON is. How long a session is up
// is left out.
[[nodiscard]] nlohmann::json to_json(const Result<SwitchFacts>& facts);
[[nodiscard]] nlohmann::json to_json(const Result<std::vector<PortReport>>& reports);
[[nodiscard]] nlohmann::json to_json(const Result<std::vector<PortOutcome>>& outcomes);
[[nodiscard]] nlohmann::json to_json(const Result<std::vector<SessionReport>>& sessions);

}  // namespace switchyard::switch_drivers
