#include "switch-drivers/linux-frr/change.h"

#include "switch-drivers/linux-frr/snippet.h"
#include "switch-drivers/linux-frr/wish.h"

#include <fmt/format.h>

#include <algorithm>

namespace switchyard::switch_drivers::linux_frr {

namespace {

// ifupdown2's own range for VRF tables (`vrf-table auto`), from its far end.
constexpr std::uint32_t kLowestTable = 1001;
constexpr std::uint32_t kHighestTable = 1255;

std::uint32_t free_table(const SwitchState& observed) {
  for (std::uint32_t table = kHighestTable; table > kLowestTable; --table) {
    const bool taken = std::any_of(observed.links.begin(), observed.links.end(),
                                   [&](const auto& item) { return item.second.table == table; });
    if (!taken) return table;
  }
  return kLowestTable;
}

std::set<std::string> needs_after(const std::vector<PortChange>& changes,
                                  const SwitchState& observed) {
  std::set<std::string> needs;
  std::set<std::string_view> changing;
  for (const PortChange& change : changes) {
    changing.insert(change.wish.port);
    needs.merge(needs_of(change.after));
  }
  for (const auto& [port, keys] : observed.running->needs_by_port)
    if (!changing.contains(port)) needs.insert(keys.begin(), keys.end());
  return needs;
}

class Builder {
 public:
  Builder(const ApplyOptions& options, const SwitchState& observed, const SwitchContext& context)
      : options_(options), observed_(observed), context_(context) {
    const auto bridge = observed.links.find(context.bridge);
    plan_context_ = {.shared_present = observed.running->shared,
                     .default_pvid = bridge == observed.links.end() ? std::uint16_t{}
                                                                    : bridge->second.default_pvid,
                     .quarantine = context.quarantine,
                     .tidy_shared = true};
  }

  void arm_handle(const std::vector<PortChange>& changes) {
    std::vector<handle::ArmedPort> ports;
    for (const PortChange& change : changes) {
      ports.push_back(
          {.port = change.wish.port,
           .older = change.older,
           .undo = change.older.inherits_undo
                       ? ""
                       : render_undo(change.wish, change.before, change.after, plan_context()),
           .final_text = change.after.snippet.value_or("")});
    }
    add(make_directories(options_.change_id));
    handle::Arming arming = handle::arming(options_, deadman_nos(), ports);
    built_.arm = built_.commands.size() + arming.arm;
    for (Command& command : arming.commands)
      add(std::move(command));
  }

  // While a port is on its way through shut, shut is what a reboot of the switch would bring
  // back.
  void save_closed(const std::vector<PortPlan>& plans) {
    for (const PortPlan& plan : plans) {
      if (!plan.through_shut) continue;
      add(write_snippet(plan.port, render_closed_snippet(plan.port)));
      add_guarded(publish_snippet(plan.port));
    }
  }

  // The quarantine VRF, on a switch that has none yet.
  [[nodiscard]] PortPlan base_plan() {
    PortPlan plan;
    if (observed_.links.contains(context_.quarantine)) return plan;
    const std::uint32_t table = free_table(observed_);
    plan.ip = {fmt::format("link add {} type vrf table {}", context_.quarantine, table),
               fmt::format("link set dev {} up", context_.quarantine)};
    for (const char* all : {"0.0.0.0/0", "::/0"}) {
      plan.ip.push_back(fmt::format("route replace unreachable {} vrf {} metric {}", all,
                                    context_.quarantine, kDeadEndMetric));
    }
    add(write_base(render_base(context_.quarantine, table)));
    add_guarded(publish_base());
    return plan;
  }

  void change(const Phases& phases) {
    for (Command& command : closed_commands(phases))
      add_guarded(std::move(command));
    for (Command& command : opening_commands(phases)) {
      add(opening(options_.change_id, std::move(command)));
    }
    for (Command& command : clearing_commands(phases))
      add_guarded(std::move(command));
  }

  [[nodiscard]] const PlanContext& plan_context() const { return plan_context_; }

  ChangeCommands finish_building() { return std::move(built_); }

 private:
  void add(Command command) { built_.commands.push_back(std::move(command)); }

  void add_guarded(Command command) { add(guarded(options_.change_id, std::move(command))); }

  const ApplyOptions& options_;
  const SwitchState& observed_;
  const SwitchContext& context_;
  PlanContext plan_context_{};  // the same for every port
  ChangeCommands built_{};
};

}  // namespace

ChangeCommands change_commands(const ApplyOptions& options, const std::vector<PortChange>& changes,
                               const SwitchState& observed, const SwitchContext& context) {
  Builder builder(options, observed, context);
  builder.arm_handle(changes);
  std::vector<PortPlan> plans;
  for (const PortChange& change : changes) {
    plans.push_back(plan_port(change.before, change.after, builder.plan_context()));
  }
  builder.save_closed(plans);
  plans.insert(plans.begin(), builder.base_plan());
  plans.push_back(plan_leftovers(observed.running->objects, needs_after(changes, observed)));
  builder.change(merge(plans));
  return builder.finish_building();
}

std::vector<Command> correction_commands(std::string_view change_id,
                                         const std::vector<std::string>& ip_lines) {
  std::string text;
  for (const std::string& line : ip_lines)
    text += line + "\n";
  if (text.empty()) return {};
  return {guarded(change_id, ip_batch(std::move(text)))};
}

}  // namespace switchyard::switch_drivers::linux_frr
