#include "switch-drivers/linux-frr/describe.h"

#include "switch-drivers/linux-frr/plan.h"
#include "switch-drivers/linux-frr/wish.h"

#include <utility>
#include <vector>

namespace switchyard::switch_drivers::linux_frr {

std::string describe_change(const SwitchContext& context, std::span<const IntentChange> ports) {
  const WishContext wish{
      .asn = context.asn, .bridge = context.bridge, .quarantine = context.quarantine};
  PolicyMemo policies;
  PlanContext plan_context{.quarantine = context.quarantine};
  std::set<std::string> needs;
  std::vector<std::pair<PortState, PortState>> changes;
  for (const IntentChange& port : ports) {
    PortState from = wished_state(port.former, wish, policies);
    PortState to = port.former == port.wished ? from : wished_state(port.wished, wish, policies);
    plan_context.shared_present.insert(from.frr_shared.begin(), from.frr_shared.end());
    needs.merge(needs_of(to));
    if (port.former != port.wished) changes.emplace_back(std::move(from), std::move(to));
  }
  if (changes.empty()) return {};
  std::vector<PortPlan> plans;
  for (const auto& [from, to] : changes)
    plans.push_back(plan_port(from, to, plan_context));
  plans.push_back(plan_leftovers(objects_of(plan_context.shared_present), needs));
  std::string text;
  for (const Command& command : body_commands(merge(plans)))
    text += command.line + "\n" + command.input;
  return text;
}

}  // namespace switchyard::switch_drivers::linux_frr
