#include "switch-drivers/linux-frr/undo_record.h"

namespace switchyard::switch_drivers::linux_frr {

Facts facts_to_restore(const PortState& state) {
  PortState own = state;
  own.dead_ends.clear();
  own.saved_frr.clear();
  Facts facts = running_facts(own);
  facts.merge(saved_facts(own));
  return facts;
}

std::string render_undo(const PortIntent& wish, const PortState& before, const PortState& after,
                        const PlanContext& context) {
  PortState target = before;
  target.dead_ends.clear();
  const PlanContext fixed{
      .default_pvid = context.default_pvid, .quarantine = context.quarantine, .tidy_shared = false};
  const PortPlan plan = plan_port(after, target, fixed);
  const Phases phases = merge({plan});
  std::string text = handle::undo_head({.wish = wish, .before = facts_to_restore(before)});
  const auto add = [&](const Command& command) { text += as_script(command); };
  for (const Command& command : closed_commands(phases))
    add(command);
  if (before.snippet) {
    add(write_snippet(before.port, *before.snippet));
    add(publish_snippet(before.port));
  } else {
    add(remove_snippet(before.port));
  }
  for (const Command& command : opening_commands(phases))
    add(command);
  for (const Command& command : clearing_commands(phases))
    add(command);
  return text;
}

}  // namespace switchyard::switch_drivers::linux_frr
