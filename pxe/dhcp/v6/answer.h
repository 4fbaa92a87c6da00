// The DHCPv6 server without a network (RFC 8415, boot options of RFC 5970). Pure.
//
// Addresses are computed from who asks: the port, else the MAC. So there is nothing to run out of,
// one port always has the same address, and a replaced machine gets it too.
#pragma once

#include "pxe/dhcp/identify.h"
#include "pxe/dhcp/settings.h"
#include "pxe/dhcp/v6/message.h"

#include <optional>
#include <vector>

namespace switchyard::pxe::dhcp::v6 {

struct Segment {
  std::string name{};
  Prefix prefix{};   // IPv6, at most /64
  Address server{};  // ours there: where TFTP is
  std::vector<Address> dns{};
};

struct Settings {
  std::vector<Segment> segments{};
  BootSettings boot{};  // its URLs with IPv6 addresses or names
  UnknownClients unknown{UnknownClients::Ignore};
  std::chrono::seconds lease_time{3600};
};

// Invalid when a prefix is not IPv6, is longer than /64 or overlaps another.
[[nodiscard]] Status check(const Settings& settings);

struct Arrival {
  Address source{};          // of the datagram: the client's link-local address, or the relay's
  const Segment* segment{};  // of the interface, for clients that come without a relay
  Buffer server_duid{};
};

struct View {
  const Settings& settings;
  const Cabling& cabling;
};

// Who an address was given to.
struct Holder {
  PortName port{};  // empty: known by its MAC
  MacAddress mac{};
  friend bool operator==(const Holder&, const Holder&) = default;
};

struct Given {
  Address address{};
  Holder holder{};
  friend bool operator==(const Given&, const Given&) = default;
};

struct Answer {
  std::optional<Message> reply{};  // nothing: silence
  std::vector<Given> given{};      // to be stored before the reply goes out
  std::vector<Sighting> seen{};
};

[[nodiscard]] Answer answer(const Received& received, const Arrival& arrival, const View& view);

// The address of a holder (holder_of() of lease.h); `n` counts the addresses it asks for, from 0.
[[nodiscard]] Address computed_address(const Prefix& prefix, const std::string& holder,
                                       std::size_t n);

[[nodiscard]] IpAddress to_ip(const Address& address);
[[nodiscard]] Buffer server_duid(const MacAddress& mac);  // DUID-LL

}  // namespace switchyard::pxe::dhcp::v6
