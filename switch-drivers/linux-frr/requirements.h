// What the base configuration of a switch must have before a port is touched.
#pragma once

#include "switch-drivers/linux-frr/state.h"
#include "switch-drivers/port_intent.h"
#include "switch-drivers/registry.h"

#include <string>
#include <string_view>
#include <vector>

namespace switchyard::switch_drivers::linux_frr {

// NotFound: no such port. Rejected: the switch is not fit for this wish; names the line that is
// wrong or missing.
[[nodiscard]] Status check_requirements(const PortIntent& intent, const SwitchState& observed,
                                        const SwitchContext& context);

// Whether a device of this kind (Link::kind) can be a front-panel port: not one made of others.
[[nodiscard]] bool is_port_kind(std::string_view kind);

// The same for the switch as a whole, in words of a person; empty when all is well.
[[nodiscard]] std::vector<std::string> problems_of(const SwitchState& observed,
                                                   const SwitchContext& context);

// VRFs of the kernel that have a BGP instance of `asn`.
[[nodiscard]] std::vector<VrfName> usable_vrfs(const SwitchState& observed, Asn asn);

}  // namespace switchyard::switch_drivers::linux_frr
