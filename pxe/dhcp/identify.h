// Who a packet is from: the port it came through, and the server that stands there. Pure.
#pragma once

#include "pxe/dhcp/client.h"
#include "pxe/dhcp/lease.h"
#include "pxe/dhcp/sightings.h"

#include <optional>

namespace switchyard::pxe::dhcp {

struct Identity {
  PortName port{};           // empty: only the MAC is known
  const Machine* machine{};  // nothing: nobody the inventory knows
  std::string holder{};      // the key of its lease
};

struct Identified {
  std::optional<Identity> identity{};  // nothing: refused, and `seen` says why
  std::optional<Sighting> seen{};
};

// The port a registered relay's circuit-id names; nothing for packets that did not come through a
// registered relay, whose option 82 is worth nothing. Invalid when the relay's id names no port.
[[nodiscard]] Result<std::optional<PortName>> port_of(const Packet& packet,
                                                      const std::optional<RelayInfo>& info,
                                                      const Cabling& cabling);

// `port` as option 82 names it, or as the lease remembers it when the client renews: a renewal goes
// past the relay. The port tells who it is, and the MAC must not tell otherwise.
[[nodiscard]] Identified identify(const Client& client, const std::optional<PortName>& port,
                                  const Cabling& cabling);

}  // namespace switchyard::pxe::dhcp
