#include "switch-drivers/junos/describe.h"

#include "switch-drivers/junos/plan.h"
#include "switch-drivers/junos/wish.h"

#include <fmt/format.h>

#include <map>
#include <utility>

namespace switchyard::switch_drivers::junos {

// The configuration of each commit, without the mark of the change, whose id nobody knows yet.
std::string describe_change(const SwitchContext& /*context*/, std::span<const IntentChange> ports) {
  std::string closing, making, opening, refused;
  std::map<Path, Statements> present;
  for (const IntentChange& port : ports)
    if (const auto from = wished_state(port.former))
      present.insert(from->shared.begin(), from->shared.end());
  for (const IntentChange& port : ports) {
    if (port.former == port.wished) continue;
    auto from = wished_state(port.former);
    auto to = wished_state(port.wished);
    if (!from || !to) {
      refused += (from ? to.error() : from.error()).message + "\n";
      continue;
    }
    from->shared = present;
    if (goes_through_shut(*from, *to)) {
      Path path = port_path(port.wished.port);
      path.push_back({"disable", ""});
      const Statement disable{path, ""};
      if (from->own.insert(disable).second) closing += render({.replaced = {{path, {disable}}}});
      PortState closed = *to;
      closed.own.insert(disable);
      making += render(edits_between(*from, closed));
      closed.shared.merge(from->shared);
      *from = std::move(closed);
    }
    opening += render(edits_between(*from, *to));
    present.insert(to->shared.begin(), to->shared.end());
  }
  std::string text = std::move(refused);
  for (const auto& [title, part] :
       {std::pair{"closing", &closing}, std::pair{"closed", &making}, std::pair{"last", &opening}})
    if (!part->empty()) text += fmt::format("<!-- commit: {} -->\n{}", title, *part);
  return text;
}

}  // namespace switchyard::switch_drivers::junos
