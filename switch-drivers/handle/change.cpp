#include "switch-drivers/handle/change.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace switchyard::switch_drivers::handle {

Status check_superseded(const std::string& port, const std::optional<std::string>& superseded,
                        const std::string& change_id) {
  if (!superseded) return {};
  if (superseded->ends_with(".fired")) {
    return failure(Errc::Unavailable,
                   "port " + port + ": the switch is taking an older change back just now");
  }
  if (*superseded == change_id) {
    return failure(Errc::Conflict,
                   fmt::format("port {}: change {} is under way for another wish; settle it first",
                               port, change_id));
  }
  return {};
}

std::optional<Takeover> takeover(const PortIntent& intent, const Seen& seen,
                                 const ArmedChanges& armed, const std::string& change_id) {
  const auto older = armed.find(intent.port);
  if (older == armed.end()) {
    if (seen.runs && seen.saved) return std::nullopt;
    return Takeover{};
  }
  const bool made = seen.runs && older->second.wish == intent;
  if (made && older->second.change == change_id) return std::nullopt;
  return Takeover{.superseded = older->second.change, .inherits_undo = made};
}

Arming arming(const ApplyOptions& options, const DeadmanNos& nos,
              const std::vector<ArmedPort>& ports) {
  const std::string& id = options.change_id;
  Arming built;
  const auto add = [&](Command command) { built.commands.push_back(std::move(command)); };
  add(store_deadman(id, nos));
  for (const ArmedPort& one : ports) {
    if (one.older.inherits_undo && one.older.superseded)
      add(inherit_undo(id, *one.older.superseded, one.port));
    else
      add(store_undo(id, one.port, one.undo));
    add(store_final(id, one.port, one.final_text));
  }
  built.arm = built.commands.size();
  add(arm(id, options.undo_after));
  std::set<std::string> superseded;
  for (const ArmedPort& one : ports) {
    if (!one.older.superseded) continue;
    add(keep(*one.older.superseded, one.port));
    superseded.insert(*one.older.superseded);
  }
  for (const std::string& old : superseded)
    add(finish(old));
  return built;
}

PortOutcome unknown_change(const std::string& port) {
  return {.port = port,
          .status = failure(Errc::NotFound,
                            fmt::format("port {}: the switch no longer knows this change; it was "
                                        "taken back or the switch rebooted",
                                        port))};
}

std::vector<std::string> names_of(std::span<const PortIntent> ports) {
  std::vector<std::string> names;
  for (const PortIntent& port : ports)
    names.push_back(port.port);
  return names;
}

}  // namespace switchyard::switch_drivers::handle
