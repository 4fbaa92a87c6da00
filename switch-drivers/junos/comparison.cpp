#include "switch-drivers/junos/comparison.h"

#include "switch-drivers/junos/plan.h"

#include <fmt/format.h>

namespace switchyard::switch_drivers::junos {

namespace {

void add_interface_differences(std::vector<Difference>& into, const PortState& wished,
                               const View& view) {
  const auto add = [&](const std::string& name, bool up) {
    const auto found = view.interfaces.find(name);
    const bool is_there = found != view.interfaces.end();
    if (is_there && found->second == up) return;
    into.push_back(
        {"interface " + name, up ? "up" : "down", is_there ? (found->second ? "up" : "down") : ""});
  };
  const Kind kind = kind_of(wished);
  add(wished.port, kind != Kind::Closed);
  if (kind != Kind::Routed) return;
  for (const Statement& statement : wished.own)
    if (statement.path.back().element == "vlan-id") add(wished.port + "." + statement.value, true);
}

}  // namespace

PortState state_in(const View& view, const std::string& port) {
  PortState state = port_state(view.config, port);
  state.shared = view.config.shared;
  return state;
}

std::vector<Difference> compare_with(const PortState& wished, const View& view) {
  std::vector<Difference> differences =
      difference(wished, state_in(view, wished.port), view.config.all);
  add_interface_differences(differences, wished, view);
  return differences;
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

}  // namespace switchyard::switch_drivers::junos
