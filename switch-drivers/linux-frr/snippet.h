// The ifupdown2 files that bring a port back after a reboot of the switch, in the state it was kept
// in.
#pragma once

#include "switch-drivers/linux-frr/state.h"

#include <string>

namespace switchyard::switch_drivers::linux_frr {

// Filters are laid in pre-up, before the link is up; bridge membership hangs on the bridge's own
// stanza, so that an `ifreload -a` by hand does not take the port out of it (both tried,
// ifupdown2 3.0.0).
[[nodiscard]] std::string render_snippet(const PortState& wished);

// A port that stays down: what is saved while a change is under way.
[[nodiscard]] std::string render_closed_snippet(const std::string& port);

// The quarantine VRF. `table` is a free routing table.
[[nodiscard]] std::string render_base(const std::string& quarantine, std::uint32_t table);

// As tc calls the place of a filter: "ingress", "egress".
[[nodiscard]] std::string_view hook_of(const Filter& filter);

// A filter as the rest of a `tc filter replace` line.
[[nodiscard]] std::string filter_line(const std::string& device, const Filter& filter);

}  // namespace switchyard::switch_drivers::linux_frr
