// What the DHCP server saw that somebody else should know: for the event log, the alarms, the boot
// timeline of a server.
#pragma once

#include "pxe/dhcp/cabling.h"

#include <string>

namespace switchyard::pxe::dhcp {

enum class SightingKind : std::uint8_t {
  UnknownClient,    // neither its port nor its MAC is known
  Contradiction,    // port and MAC name different servers: refused
  NewMac,           // a known port with a MAC nobody knows: served, as the port's server
  ForeignServer,    // another DHCP server answers here
  BootLoop,         // a server fetches loader after loader: no more boot file for a while
  AddressServed,    // an address was acknowledged
  AddressDeclined,  // a client found its address in use; it is set aside
  UndecodablePort,  // a relay's circuit-id does not name a port: refused
  PoolExhausted,
  StoreFailed  // leases could not be written: no acknowledgement goes out
};

[[nodiscard]] std::string_view to_string(SightingKind kind);

struct Sighting {
  SightingKind kind{};
  std::string server{};  // empty when unknown
  MacAddress mac{};
  PortName port{};       // empty when it is not known
  Ipv4 address{};        // the client's, or the foreign server's
  std::string detail{};  // one clause for people
  friend bool operator==(const Sighting&, const Sighting&) = default;
};

// Thread-safe; must not block.
class Sightings {
 public:
  virtual ~Sightings() = default;
  virtual void note(const Sighting& sighting) = 0;
};

}  // namespace switchyard::pxe::dhcp
