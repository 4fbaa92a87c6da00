// From a port intent to the statements a Junos switch must show. Pure; the only place that knows
// what a mode means here.
#pragma once

#include "core/result.h"
#include "switch-drivers/junos/objects.h"
#include "switch-drivers/junos/statements.h"
#include "switch-drivers/port_intent.h"

#include <map>
#include <string>

namespace switchyard::switch_drivers::junos {

// One port, as it should be or as it is.
struct PortState {
  std::string port{};
  Statements own{};
  std::map<Path, Statements> shared{};  // the shared objects its own need, by object
};

// Invalid: this switch cannot be told so. `intent` has passed check().
[[nodiscard]] Result<PortState> wished_state(const PortIntent& intent);
[[nodiscard]] PortState port_state(const Config& config, const std::string& port);

// What frames of the port meet.
enum class Kind { Closed, Bridged, Routed, Other };
[[nodiscard]] Kind kind_of(const PortState& state);
// The VLANs it is a member of, as they are written.
[[nodiscard]] Statements members_of(const PortState& state);

}  // namespace switchyard::switch_drivers::junos
