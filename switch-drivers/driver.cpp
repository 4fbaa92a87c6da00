#include "switch-drivers/driver.h"

#include <array>

namespace switchyard::switch_drivers {

Capability drain_capability() {
  return {"drain", true,
          "of routed ports, by community (RFC 8326) and a longer AS path; a bond in VLANs decides "
          "for itself"};
}

std::string_view to_string(RefusedKind kind) {
  constexpr std::array<std::string_view, 3> kKinds{"default", "host-route", "network"};
  return kKinds.at(static_cast<std::size_t>(kind));
}

}  // namespace switchyard::switch_drivers
