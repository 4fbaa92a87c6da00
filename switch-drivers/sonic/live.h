// What SONiC's daemons say they have made of CONFIG_DB: rows of STATE_DB, as values. CONFIG_DB
// alone is only what somebody wrote.
#pragma once

#include "core/result.h"
#include "switch-drivers/sonic/config_db.h"
#include "switch-drivers/transport/shell.h"

#include <string_view>

namespace switchyard::switch_drivers::sonic {

// One look inside redis at the rows below, as one JSON object: sonic-db-cli STATE_DB EVAL …
//   PORT_TABLE|P          admin_status
//   VLAN_MEMBER_TABLE|V|P state
//   INTERFACE_TABLE|I     vrf
//   BUM_STORM_CAPABILITY|broadcast   supported
[[nodiscard]] Command read_live();
// Rejected: no such answer.
[[nodiscard]] Result<ConfigDb> parse_live(std::string_view text);

// The rows of one port.
[[nodiscard]] ConfigDb live_of(const ConfigDb& live, std::string_view port);
// What they are once the daemons are done with these rows of CONFIG_DB.
[[nodiscard]] ConfigDb expected_live(const ConfigDb& rows);

[[nodiscard]] bool can_storm_control(const ConfigDb& live);

}  // namespace switchyard::switch_drivers::sonic
