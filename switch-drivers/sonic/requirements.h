// What the base configuration of a SONiC switch must have before a port is touched. Pure.
#pragma once

#include "switch-drivers/frr/frr_config.h"
#include "switch-drivers/port_intent.h"
#include "switch-drivers/sonic/config_db.h"

#include <string>
#include <vector>

namespace switchyard::switch_drivers::sonic {

// What of the switch decides it.
struct BaseConfig {
  const ConfigDb& db;
  const frr::FrrConfig& routing;
  Asn asn{};
};

// NotFound: no such port. Rejected: the switch is not fit for this wish; names what is wrong or
// missing.
[[nodiscard]] Status check_requirements(const PortIntent& intent, const BaseConfig& base);

// The same for the switch as a whole, in words of a person; empty when all is well.
[[nodiscard]] std::vector<std::string> problems_of(const BaseConfig& base);

}  // namespace switchyard::switch_drivers::sonic
