// A port's state as facts, and the difference of two.
#pragma once

#include "switch-drivers/driver.h"
#include "switch-drivers/handle/facts.h"
#include "switch-drivers/linux-frr/state.h"

#include <vector>

namespace switchyard::switch_drivers::linux_frr {

using handle::difference;
using handle::Facts;

// What the switch does now.
[[nodiscard]] Facts running_facts(const PortState& state);
// What it will do after a reboot.
[[nodiscard]] Facts saved_facts(const PortState& state);

// `observed` narrowed to what `wished` is answerable for: its own VRFs' dead ends.
[[nodiscard]] PortState seen_by(const PortState& observed, const PortState& wished);

[[nodiscard]] PortReport compare_states(const PortState& wished, const PortState& observed);
// Parts of it, for callers that need no more.
[[nodiscard]] std::vector<Difference> running_differences(const PortState& wished,
                                                          const PortState& observed);
[[nodiscard]] bool runs_as_wished(const PortState& wished, const PortState& observed);
[[nodiscard]] bool is_saved_as_wished(const PortState& wished, const PortState& observed);

}  // namespace switchyard::switch_drivers::linux_frr
