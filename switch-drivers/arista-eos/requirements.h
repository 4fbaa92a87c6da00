// What the base configuration must have (README.md). Pure.
#pragma once

#include "switch-drivers/arista-eos/config.h"
#include "switch-drivers/driver.h"
#include "switch-drivers/registry.h"

#include <string>
#include <vector>

namespace switchyard::switch_drivers::arista_eos {

// NotFound or Rejected, naming what is missing for this port.
[[nodiscard]] Status check_requirements(const PortIntent& intent, const Config& running,
                                        const SwitchContext& context);

// In words of a person.
[[nodiscard]] std::vector<std::string> problems_of(const Config& running,
                                                   const SwitchContext& context);

// VRFs with a BGP instance of ours.
[[nodiscard]] std::vector<VrfName> usable_vrfs(const Config& running, Asn asn);

}  // namespace switchyard::switch_drivers::arista_eos
