// What the base configuration of a SONiC switch must have before a port is touched. Pure.
#pragma once

#include "switch-drivers/port_intent.h"
#include "switch-drivers/sonic/config_db.h"

#include <string>
#include <vector>

namespace switchyard::switch_drivers::sonic {

// NotFound: no such port. Rejected: the switch is not fit for this wish; names what is wrong or
// missing. Of CONFIG_DB only; the BGP instances are FRR's to show.
[[nodiscard]] Status check_requirements(const PortIntent& intent, const ConfigDb& db);

// The same for the switch as a whole, in words of a person; empty when all is well.
[[nodiscard]] std::vector<std::string> problems_of(const ConfigDb& db);

}  // namespace switchyard::switch_drivers::sonic
