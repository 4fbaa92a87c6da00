#include "switch-drivers/sonic/change.h"

#include "switch-drivers/handle/undo_record.h"
#include "switch-drivers/sonic/exchange.h"
#include "switch-drivers/sonic/names.h"
#include "switch-drivers/sonic/saved.h"

#include <algorithm>
#include <iterator>
#include <set>

namespace switchyard::switch_drivers::sonic {

namespace {

constexpr handle::DeadmanNos kDeadman{.saved = R"sh(python3 - "$(cat "$2.conf")" <save.py)sh",
                                      .fired = "docker exec bgp vtysh -c 'write memory'"};

std::set<std::string> needs_of(const PortState& wished) {
  std::set<std::string> needs = frr::needs_of(wished.frr);
  needs.merge(frr::needs_of(wished.frr_shared));
  return needs;
}

bool is_frr(const Command& command) { return command.line.starts_with("docker exec"); }

// FRR complains about what is gone already, and goes on; everything else must have happened before
// what follows it may.
std::string undo_step(const Command& command) {
  if (is_frr(command)) return handle::as_script(command);
  return command.line + " || exit 94\n";
}

std::string as_typed(const PortPlan& plan) {
  std::string text;
  for (const auto* steps : {&plan.steps, &plan.last_steps}) {
    for (const Step& step : *steps)
      text += step.command.line + "\n" + step.command.input;
  }
  return text;
}

}  // namespace

const handle::DeadmanNos& deadman_nos() { return kDeadman; }

std::string render_undo(const PortIntent& wish, const PortState& before, const PortState& after) {
  const PortPlan plan = plan_port(after, before, {});
  std::string text = handle::undo_head({.wish = wish, .before = facts_to_restore(before)});
  for (const Step& step : plan.steps)
    text += undo_step(step.command);
  text += save_line(saved_document(before.port, before.saved)) + "\n";
  for (const Step& step : plan.last_steps)
    text += undo_step(step.command);
  return text;
}

std::string unused_frr(const SwitchState& observed, const std::vector<PortChange>& changes) {
  std::set<std::string> needs;
  std::set<std::string> changing;
  for (const PortChange& change : changes) {
    needs.merge(needs_of(change.after));
    for (const std::string& name : {change.wish.port, short_port(change.wish.port)})
      changing.insert(name);
  }
  for (const auto& [port, keys] : observed.running->needs_by_port)
    if (!changing.contains(port)) needs.insert(keys.begin(), keys.end());
  return frr::render_frr(
      frr::remove_objects(frr::unused_objects(observed.running->objects, needs)));
}

ChangeCommands change_commands(const ApplyOptions& options, const std::vector<PortChange>& changes,
                               const SwitchState& observed) {
  const std::string& id = options.change_id;
  ChangeCommands built;
  const auto add = [&](Command command) { built.commands.push_back(std::move(command)); };
  std::vector<handle::ArmedPort> ports;
  for (const PortChange& change : changes) {
    ports.push_back({.port = change.wish.port,
                     .older = change.older,
                     .undo = change.older.inherits_undo
                                 ? ""
                                 : render_undo(change.wish, change.before, change.after),
                     .final_text = saved_document(change.wish.port, change.after.saved)});
  }
  add({"mkdir -p /run/switchyard/" + id, {}});
  add(store_save_program(id));
  add(store_await_program(id));
  handle::Arming arming = handle::arming(options, deadman_nos(), ports);
  built.arm = built.commands.size() + arming.arm;
  std::ranges::move(arming.commands, std::back_inserter(built.commands));
  // While a port is on its way through shut, shut is what a reboot of the switch would bring back.
  std::size_t longest = 0;
  for (const PortChange& change : changes) {
    longest = std::max(longest, change.plan.steps.size());
    if (change.plan.through_shut)
      add(handle::step(id, change.wish.port, save_document(closed_document(change.wish.port))));
  }
  for (std::size_t i = 0; i < longest; ++i) {
    for (const PortChange& change : changes) {
      if (i < change.plan.steps.size())
        add(handle::step(id, change.wish.port, change.plan.steps[i].command));
    }
  }
  if (std::string lines = unused_frr(observed, changes); !lines.empty())
    add(handle::guarded(id, frr_batch(std::move(lines))));
  return built;
}

std::vector<Command> opening_commands(std::string_view change_id,
                                      const std::vector<const PortChange*>& changes) {
  std::vector<Command> commands;
  std::size_t longest = 0;
  for (const PortChange* change : changes)
    longest = std::max(longest, change->plan.last_steps.size());
  for (std::size_t i = 0; i < longest; ++i) {
    for (const PortChange* change : changes) {
      const std::vector<Step>& steps = change->plan.last_steps;
      if (i < steps.size())
        commands.push_back(handle::step(change_id, change->wish.port, steps[i].command));
    }
  }
  return commands;
}

std::string describe_change(const SwitchContext& context, std::span<const IntentChange> ports) {
  const WishContext wish{.asn = context.asn};
  frr::PolicyMemo policies;
  frr::FrrLines shared;
  std::set<std::string> needs;
  std::vector<std::pair<PortState, PortState>> changes;
  std::string text;
  for (const IntentChange& port : ports) {
    auto from = wished_state(port.former, wish, policies);
    auto to = wished_state(port.wished, wish, policies);
    if (!from || !to) {
      // What cannot be said to this switch is said to the person.
      text += "# " + (from ? to.error().message : from.error().message) + "\n";
      continue;
    }
    shared.insert(from->frr_shared.begin(), from->frr_shared.end());
    needs.merge(needs_of(*to));
    if (port.former != port.wished) changes.emplace_back(std::move(*from), std::move(*to));
  }
  for (const auto& [from, to] : changes)
    text += as_typed(plan_port(from, to, shared));
  if (changes.empty()) return text;
  const auto unused = frr::unused_objects(frr::objects_of(shared), needs);
  if (const std::string lines = frr::render_frr(frr::remove_objects(unused)); !lines.empty())
    text += frr_batch(lines).line + "\n" + lines;
  return text;
}

}  // namespace switchyard::switch_drivers::sonic
