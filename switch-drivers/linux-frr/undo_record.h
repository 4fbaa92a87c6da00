// The file that takes one port's change back: a shell script for the switch, with what we need to
// know about the change in its comments, so that any controller can settle what another one began.
#pragma once

#include "switch-drivers/linux-frr/difference.h"
#include "switch-drivers/linux-frr/plan.h"
#include "switch-drivers/port_intent.h"

#include <map>
#include <string>
#include <string_view>

namespace switchyard::switch_drivers::linux_frr {

struct UndoRecord {
  PortIntent wish{};  // what the change was for
  Facts before{};     // what the port must show again when the change is taken back
};

// The facts an undo brings back: the port, not the VRF guards that were missing before.
[[nodiscard]] Facts facts_to_restore(const PortState& state);

// Of `context` only what does not change: shared objects may have other users by the time it runs,
// so they are made again and never taken away.
[[nodiscard]] std::string render_undo(const PortIntent& wish, const PortState& before,
                                      const PortState& after, const PlanContext& context);
// Rejected: not a record of ours.
[[nodiscard]] Result<UndoRecord> parse_undo(std::string_view text);
// Only the wish of it, which is all that a change that is kept needs.
[[nodiscard]] Result<PortIntent> parse_undo_wish(std::string_view text);

// A change under way, as found on the switch.
struct ArmedChange {
  std::string change{};
  PortIntent wish{};
};

using ArmedChanges = std::map<std::string, ArmedChange>;  // by port

// The answer to read_armed(). Lines that are no record of ours are passed over.
[[nodiscard]] ArmedChanges parse_armed(std::string_view output);

}  // namespace switchyard::switch_drivers::linux_frr
