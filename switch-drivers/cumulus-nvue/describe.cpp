#include "switch-drivers/cumulus-nvue/describe.h"

#include "switch-drivers/cumulus-nvue/exchange.h"
#include "switch-drivers/cumulus-nvue/plan.h"
#include "switch-drivers/cumulus-nvue/wish.h"

#include <fmt/format.h>

#include <map>
#include <utility>

namespace switchyard::switch_drivers::cumulus_nvue {

std::string describe_change(const SwitchContext& context, std::span<const IntentChange> ports) {
  std::string text;
  std::map<Path, Leaves> present;
  for (const IntentChange& port : ports)
    if (const auto from = wished_state(port.former, context))
      present.insert(from->shared.begin(), from->shared.end());
  Edits first, last;
  for (const IntentChange& port : ports) {
    if (port.former == port.wished) continue;
    auto from = wished_state(port.former, context);
    auto to = wished_state(port.wished, context);
    if (!from || !to) {
      text += (from ? to.error() : from.error()).message + "\n";
      continue;
    }
    from->shared = present;
    if (goes_through_shut(*from, *to)) {
      PortState closed = closed_state(*to);
      add_edits(first, edits_between(*from, closed));
      closed.shared.merge(from->shared);
      *from = std::move(closed);
    }
    add_edits(last, edits_between(*from, *to));
    present.insert(to->shared.begin(), to->shared.end());
  }
  for (const auto& [title, edits] : {std::pair{"A", &first}, std::pair{"B", &last}})
    for (const HttpRequest& request : edit(title, *edits))
      text += fmt::format("{} {}\n{}\n", request.method, request.path, request.body);
  return text;
}

}  // namespace switchyard::switch_drivers::cumulus_nvue
