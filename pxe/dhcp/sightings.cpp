#include "pxe/dhcp/sightings.h"

#include <array>

namespace switchyard::pxe::dhcp {

std::string_view to_string(SightingKind kind) {
  constexpr std::array<std::string_view, 10> kNames{
      "unknown_client", "contradiction",    "new_mac",          "foreign_server", "boot_loop",
      "address_served", "address_declined", "undecodable_port", "pool_exhausted", "store_failed"};
  return kNames[static_cast<std::size_t>(kind)];
}

}  // namespace switchyard::pxe::dhcp
