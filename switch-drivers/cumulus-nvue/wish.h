// From a port intent to the leaves an NVUE switch must show. Pure; the only place that knows what a
// mode means here.
#pragma once

#include "core/result.h"
#include "switch-drivers/cumulus-nvue/objects.h"
#include "switch-drivers/port_intent.h"
#include "switch-drivers/registry.h"

#include <map>
#include <set>
#include <string>

namespace switchyard::switch_drivers::cumulus_nvue {

// One port, as it should be or as it is.
struct PortState {
  std::string port{};
  Leaves own{};
  std::map<Path, Leaves> shared{};  // the shared objects its own need, by object
};

// Invalid: this switch cannot be told so. `intent` has passed check().
[[nodiscard]] Result<PortState> wished_state(const PortIntent& intent,
                                             const SwitchContext& context);
[[nodiscard]] PortState port_state(const Config& config, const std::string& port);

// The same port on its way: closed, in no bridge, without subinterfaces; its filters are there, and
// its neighbours, shut down.
[[nodiscard]] PortState closed_state(PortState state);

// What frames of the port meet.
enum class Kind { Closed, Bridged, Routed, Other };
[[nodiscard]] Kind kind_of(const PortState& state);
[[nodiscard]] bool is_closed(const PortState& state);
// The VLANs and VRFs it is a member of, as leaves.
[[nodiscard]] Leaves members_of(const PortState& state);
[[nodiscard]] std::set<std::string> units_of(const PortState& state);  // "swp5.101"

}  // namespace switchyard::switch_drivers::cumulus_nvue
