// How operations are shown.
#pragma once

#include "web/cli/session.h"

namespace switchyard::web::cli {

void show_operation(const nlohmann::json& operation, Console& console);  // steps and timeline

// Watches and prints what --watch promises: progress, then nothing but the answer on stdout with
// -o json.
[[nodiscard]] Outcome<nlohmann::json> watch_and_say(Session& session, const std::string& id);

}  // namespace switchyard::web::cli
