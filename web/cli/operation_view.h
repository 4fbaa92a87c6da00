// How operations are shown.
#pragma once

#include "web/cli/session.h"

namespace switchyard::web::cli {

void show_operation(const nlohmann::json& operation, Console& console);  // steps and timeline

// Watches and prints what --watch promises: progress, then nothing but the answer on stdout with
// -o json.
[[nodiscard]] Outcome<nlohmann::json> watch_and_say(Session& session, const std::string& id);

// After an operation was queued, or tried with a dry run of which `tried` is what is said.
struct Following {
  bool watch{};
  bool dry_run{};
  std::string tried{};
};

[[nodiscard]] Outcome<void> follow(Session& session, const nlohmann::json& operation,
                                   const Following& following);

// Before disks are erased: `question` and the name that must be typed, `purpose` what is refused
// where nobody can be asked.
struct Erasure {
  std::string question{};
  std::string purpose{};
  std::string name{};
};

[[nodiscard]] Outcome<void> confirm(Session& session, const Erasure& erasure);

}  // namespace switchyard::web::cli
