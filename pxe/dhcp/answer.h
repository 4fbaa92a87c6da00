// The DHCP server without a network: what to say to one packet. Pure: it reads what it is given and
// changes nothing; the caller stores the lease before it sends an acknowledgement.
#pragma once

#include "pxe/dhcp/identify.h"
#include "pxe/dhcp/lease_table.h"
#include "pxe/dhcp/settings.h"

#include <optional>
#include <vector>

namespace switchyard::pxe::dhcp {

constexpr std::uint16_t kServerPort = 67;
constexpr std::uint16_t kClientPort = 68;

struct Arrival {
  Ipv4 local{};                            // of the interface it came in on
  std::uint16_t source_port{kServerPort};  // of the relay
};

struct View {
  const Settings& settings;
  const Cabling& cabling;
  const LeaseTable& leases;
};

enum class Delivery : std::uint8_t {
  Unicast,    // to `address`, `port`
  Broadcast,  // on the link it came from
  ToMac       // a client without an address: to `address`, in a frame to its MAC
};

struct Reply {
  Packet packet{};
  Delivery delivery{};
  Ipv4 address{};
  std::uint16_t port{};
  std::size_t limit{};  // most bytes of the message
};

struct Answer {
  std::optional<Reply> reply{};  // nothing: silence
  std::optional<Lease> lease{};  // to be put in the table at once
  bool persist{};                // … and in the database before the reply goes out
  std::vector<Sighting> seen{};
};

[[nodiscard]] Answer answer(const Packet& packet, const Arrival& arrival, const View& view,
                            Timestamp now);

// RFC 2131 section 4.1, and RFC 8357 for relays that ask on another port.
[[nodiscard]] Reply address_reply(Packet reply, const Packet& request, const Arrival& arrival,
                                  const std::optional<RelayInfo>& relay);

}  // namespace switchyard::pxe::dhcp
