#include "switch-drivers/cumulus-nvue/comparison.h"

#include "switch-drivers/cumulus-nvue/plan.h"

#include <fmt/format.h>

#include <algorithm>

namespace switchyard::switch_drivers::cumulus_nvue {

PortState state_in(const Config& config, const std::string& port) {
  PortState state = port_state(config, port);
  state.shared = config.shared;
  return state;
}

std::vector<Difference> compare_with(const PortState& wished, const View& view) {
  std::vector<Difference> differences = difference(wished, state_in(view.config, wished.port));
  const auto add = [&](const std::string& name, bool up) {
    const auto found = view.interfaces.find(name);
    const bool is_there = found != view.interfaces.end();
    if (is_there && found->second == up) return;
    differences.push_back(
        {"interface " + name, up ? "up" : "down", is_there ? (found->second ? "up" : "down") : ""});
  };
  add(wished.port, !is_closed(wished));
  for (const std::string& unit : units_of(wished))
    add(unit, true);
  return differences;
}

std::vector<Difference> compare_saved(const PortState& wished, const View& view) {
  return difference(wished, state_in(view.startup, wished.port));
}

bool unsaved_is_ours(const View& view) {
  const auto is_ours = [](const Leaves& of, const Leaves& other) {
    return std::all_of(of.begin(), of.end(), [&](const auto& one) {
      const auto found = other.find(one.first);
      const bool same = found != other.end() && found->second == one.second;
      return same || !owner_of(one.first).root.empty();
    });
  };
  return is_ours(view.config.all, view.startup.all) && is_ours(view.startup.all, view.config.all);
}

PortOutcome judged(const std::string& port, std::vector<Difference> remaining) {
  PortOutcome outcome{.port = port, .remaining = std::move(remaining), .changed = true};
  if (outcome.remaining.empty()) return outcome;
  const Difference& first = outcome.remaining.front();
  outcome.status =
      failure(Errc::Rejected, fmt::format("port {}: {} is \"{}\" and not \"{}\"", port,
                                          first.subject, first.observed, first.wished));
  return outcome;
}

}  // namespace switchyard::switch_drivers::cumulus_nvue
