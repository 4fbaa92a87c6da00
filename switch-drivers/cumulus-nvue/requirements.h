// What the base configuration of an NVUE switch must have before a port is touched. Pure.
#pragma once

#include "switch-drivers/cumulus-nvue/revisions.h"
#include "switch-drivers/port_intent.h"
#include "switch-drivers/registry.h"

#include <string>
#include <vector>

namespace switchyard::switch_drivers::cumulus_nvue {

// NotFound: no such port. Rejected: the switch is not fit for this wish; names what is missing.
[[nodiscard]] Status check_requirements(const PortIntent& intent, const View& view,
                                        const SwitchContext& context);

// The same for the switch as a whole, in words of a person; empty when all is well.
[[nodiscard]] std::vector<std::string> problems_of(const View& view, const SwitchContext& context);

// VRFs with BGP.
[[nodiscard]] std::vector<VrfName> usable_vrfs(const Config& config);
[[nodiscard]] Asn asn_of(const Config& config);

}  // namespace switchyard::switch_drivers::cumulus_nvue
