// An address lent to whoever is at a port (or, where the port is not known, has a MAC).
#pragma once

#include "core/clock.h"
#include "pxe/dhcp/cabling.h"

#include <string>

namespace switchyard::pxe::dhcp {

enum class LeaseState : std::uint8_t {
  Offered,   // in memory only
  Bound,     // acknowledged
  Free,      // released; the same holder gets it back when nobody else needed it
  Declined,  // found in use by somebody else
};

// The holder is the port, so that a replaced machine takes over the lease of the one before it; MAC
// and client-id are only what was last seen there.
struct Lease {
  Ipv4 address{};
  LeaseState state{};
  PortName port{};  // empty: known by its MAC
  MacAddress mac{};
  Buffer client_id{};
  Timestamp expires{};

  // Loop guard; in memory only.
  int loaders{};
  Timestamp loaders_since{};

  friend bool operator==(const Lease&, const Lease&) = default;
};

// Who holds it, as a key: "tor1/swp1" or "52:54:00:00:00:01".
[[nodiscard]] std::string holder_of(const PortName& port, const MacAddress& mac);

[[nodiscard]] inline std::string holder_of(const Lease& lease) {
  return holder_of(lease.port, lease.mac);
}

[[nodiscard]] inline bool is_active(const Lease& lease, Timestamp now) {
  return lease.state != LeaseState::Free && lease.expires > now;
}

}  // namespace switchyard::pxe::dhcp
