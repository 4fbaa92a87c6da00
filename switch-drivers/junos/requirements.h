// What the base configuration of a Junos switch must have before a port is touched. Pure.
#pragma once

#include "switch-drivers/junos/objects.h"
#include "switch-drivers/port_intent.h"

#include <map>
#include <string>
#include <vector>

namespace switchyard::switch_drivers::junos {

// What of the switch decides it.
struct BaseConfig {
  const Config& config;
  const std::map<std::string, bool>& interfaces;  // that it has
  Asn asn{};
};

// NotFound: no such port. Rejected: the switch is not fit for this wish; names what is missing.
[[nodiscard]] Status check_requirements(const PortIntent& intent, const BaseConfig& base);

// The same for the switch as a whole, in words of a person; empty when all is well.
[[nodiscard]] std::vector<std::string> problems_of(const BaseConfig& base);

// Routing instances that can have server ports.
[[nodiscard]] std::vector<VrfName> usable_vrfs(const Config& config);
[[nodiscard]] Asn asn_of(const Config& config);

}  // namespace switchyard::switch_drivers::junos
