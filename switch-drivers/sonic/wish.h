// From a port intent to the rows and the FRR lines a SONiC switch must show. Pure; the only place
// that knows what a mode means here.
#pragma once

#include "core/result.h"
#include "switch-drivers/frr/frr_config.h"
#include "switch-drivers/frr/wished_frr.h"
#include "switch-drivers/port_intent.h"
#include "switch-drivers/sonic/config_db.h"

#include <string>

namespace switchyard::switch_drivers::sonic {

// What of the switch a wish depends on.
struct WishContext {
  Asn asn{};
  int frr_version{};  // FrrConfig::version
  // Its models have `ipv6_use_link_local_only` on subinterfaces (images since 2026-08).
  bool link_local_only{};
  bool storm_control{};  // its ASIC can
};

struct PortState {
  std::string port{};
  ConfigDb rows{};             // rows_of() the port
  frr::FrrLines frr{};         // lines about this port
  frr::FrrLines frr_shared{};  // lines of the shared objects those need
  ConfigDb live{};             // what SONiC's daemons say of it (live.h)
  ConfigDb saved{};            // its rows after a reboot
  frr::FrrLines saved_frr{};   // and its FRR lines, with the shared ones
};

// Invalid: this switch cannot be told so; the message names what has to be called otherwise.
// `intent` has passed check().
[[nodiscard]] Result<PortState> wished_state(const PortIntent& intent, const WishContext& context,
                                             frr::PolicyMemo& memo);

// What of it CONFIG_DB and FRR hold now; state.h has the rest.
[[nodiscard]] PortState port_state(const ConfigDb& db, const frr::FrrConfig& routing,
                                   const std::string& port);

}  // namespace switchyard::switch_drivers::sonic
