// The file that takes one port's change back: a shell script for the switch, headed by
// handle/undo_record.h.
#pragma once

#include "switch-drivers/handle/undo_record.h"
#include "switch-drivers/linux-frr/difference.h"
#include "switch-drivers/linux-frr/plan.h"
#include "switch-drivers/port_intent.h"

#include <string>

namespace switchyard::switch_drivers::linux_frr {

using handle::ArmedChange;
using handle::ArmedChanges;
using handle::parse_armed;
using handle::parse_undo;
using handle::parse_undo_wish;
using handle::UndoRecord;

// The facts an undo brings back: the port, not the VRF guards that were missing before.
[[nodiscard]] Facts facts_to_restore(const PortState& state);

// Of `context` only what does not change: shared objects may have other users by the time it runs,
// so they are made again and never taken away.
[[nodiscard]] std::string render_undo(const PortIntent& wish, const PortState& before,
                                      const PortState& after, const PlanContext& context);

}  // namespace switchyard::switch_drivers::linux_frr
