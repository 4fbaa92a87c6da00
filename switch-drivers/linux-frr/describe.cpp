#include "switch-drivers/linux-frr/describe.h"

#include "switch-drivers/linux-frr/plan.h"
#include "switch-drivers/linux-frr/wish.h"

#include <vector>

namespace switchyard::switch_drivers::linux_frr {

std::string describe_change(const SwitchContext& context, std::span<const IntentChange> ports) {
  const WishContext wish{
      .asn = context.asn, .bridge = context.bridge, .quarantine = context.quarantine};
  PolicyMemo policies;
  PlanContext plan_context{.quarantine = context.quarantine};
  std::set<std::string> needs;
  for (const IntentChange& port : ports) {
    const FrrLines shared = wished_frr(port.former, wish, policies).shared;
    plan_context.shared_present.insert(shared.begin(), shared.end());
    const WishedFrr wished = wished_frr(port.wished, wish, policies);
    needs.merge(needs_of(wished.own));
    needs.merge(needs_of(wished.shared));
  }
  std::vector<PortPlan> plans;
  for (const IntentChange& port : ports)
    if (port.former != port.wished)
      plans.push_back(plan_port(wished_state(port.former, wish, policies),
                                wished_state(port.wished, wish, policies), plan_context));
  if (plans.empty()) return {};
  PortPlan leftovers;
  leftovers.frr_remove =
      remove_objects(unused_objects(objects_of(plan_context.shared_present), needs));
  plans.push_back(std::move(leftovers));
  std::string text;
  for (const Command& command : body_commands(merge(plans)))
    text += command.line + "\n" + command.input;
  return text;
}

}  // namespace switchyard::switch_drivers::linux_frr
