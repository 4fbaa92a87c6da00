// Puts the halves together and many ports into one change.
#include "switch-drivers/linux-frr/plan.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace switchyard::switch_drivers::linux_frr {

namespace {

std::string as_text(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines)
    text += line + "\n";
  return text;
}

template <class T> void append(std::vector<T>& all, const std::vector<T>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

struct CommandOrder {
  bool operator()(const FrrCommand& a, const FrrCommand& b) const {
    return std::tie(a.block, a.family, a.text) < std::tie(b.block, b.family, b.text);
  }
};

using CommandSet = std::set<FrrCommand, CommandOrder>;

// Ports that want the same shared object each plan to make it; the first time is enough.
void append_new(std::vector<FrrCommand>& all, const std::vector<FrrCommand>& more,
                CommandSet& seen) {
  for (const FrrCommand& command : more)
    if (seen.insert(command).second) all.push_back(command);
}

// One port's batch is in the safe order already. Together: all filters, then all neighbours.
int stage_of(const FrrCommand& command) {
  if (command.text.starts_with("no interface ")) return 0;
  if (command.block.empty()) return 1;
  if (!command.block.starts_with("router bgp ")) return 2;
  return 3;
}

}  // namespace

bool PortPlan::empty() const {
  return close.empty() && frr_remove.empty() && ip.empty() && bridge.empty() && settings.empty() &&
         tc.empty() && frr_add.empty() && open.empty();
}

PortPlan plan_port(const PortState& from, const PortState& to, const PlanContext& context) {
  PortPlan plan;
  plan.port = to.port;
  plan_kernel(plan, from, to, context);
  frr::FrrPlan routing = frr::plan_frr({.own = from.frr, .shared = from.frr_shared},
                                       {.own = to.frr, .shared = to.frr_shared},
                                       {.shared_present = context.shared_present,
                                        .through_shut = plan.through_shut,
                                        .tidy_shared = context.tidy_shared});
  plan.frr_remove = std::move(routing.remove);
  plan.frr_add = std::move(routing.add);
  plan.soft_clears = std::move(routing.soft_clears);
  plan.resets = std::move(routing.resets);
  return plan;
}

Phases merge(const std::vector<PortPlan>& plans) {
  PortPlan all;
  CommandSet removed;
  CommandSet added;
  for (const PortPlan& plan : plans) {
    append(all.close, plan.close);
    append_new(all.frr_remove, plan.frr_remove, removed);
    append(all.ip, plan.ip);
    append(all.bridge, plan.bridge);
    append(all.settings, plan.settings);
    append(all.tc, plan.tc);
    append_new(all.frr_add, plan.frr_add, added);
    append(all.open, plan.open);
    append(all.soft_clears, plan.soft_clears);
    append(all.resets, plan.resets);
  }
  std::stable_sort(
      all.frr_add.begin(), all.frr_add.end(),
      [](const FrrCommand& a, const FrrCommand& b) { return stage_of(a) < stage_of(b); });
  Phases phases;
  phases.close = as_text(all.close);
  phases.frr_remove = render_frr(all.frr_remove);
  phases.ip = as_text(all.ip);
  phases.bridge = as_text(all.bridge);
  phases.settings = all.settings;
  phases.tc = as_text(all.tc);
  phases.frr_add = render_frr(all.frr_add);
  phases.open = as_text(all.open);
  phases.soft_clears = all.soft_clears;
  phases.resets = all.resets;
  return phases;
}

std::vector<Command> closed_commands(const Phases& phases) {
  std::vector<Command> commands;
  const auto add = [&](Command command) {
    if (!command.input.empty()) commands.push_back(std::move(command));
  };
  // Neighbours go before their links: FRR before 8.5 keeps a pointer to a neighbour that is removed
  // while its link is down, and crashes at the next change of a route (FRR pull request 12457;
  // seen).
  add(frr_batch(phases.frr_remove));
  add(ip_batch(phases.close));
  add(ip_batch(phases.ip));
  add(bridge_batch(phases.bridge));
  if (!phases.settings.empty()) commands.push_back(write_settings(phases.settings));
  add(tc_batch(phases.tc));
  add(frr_batch(phases.frr_add));
  return commands;
}

std::vector<Command> opening_commands(const Phases& phases) {
  std::vector<Command> commands;
  if (!phases.open.empty()) commands.push_back(ip_batch(phases.open));
  return commands;
}

std::vector<Command> clearing_commands(const Phases& phases) {
  std::vector<Command> commands;
  for (const BgpPeer& peer : phases.resets)
    commands.push_back(reset(peer));
  for (const BgpPeer& peer : phases.soft_clears)
    commands.push_back(soft_clear(peer));
  return commands;
}

std::vector<Command> body_commands(const Phases& phases) {
  std::vector<Command> commands = closed_commands(phases);
  for (auto& more : {opening_commands(phases), clearing_commands(phases)})
    commands.insert(commands.end(), more.begin(), more.end());
  return commands;
}

std::set<std::string> needs_of(const PortState& wished) {
  std::set<std::string> needs = needs_of(wished.frr);
  needs.merge(needs_of(wished.frr_shared));
  return needs;
}

PortPlan plan_leftovers(const SharedObjects& objects, const std::set<std::string>& needs) {
  PortPlan plan;
  plan.frr_remove = remove_objects(unused_objects(objects, needs));
  return plan;
}

}  // namespace switchyard::switch_drivers::linux_frr
