// A DHCP message (RFC 2131 section 2), decoded and encoded. Pure.
#pragma once

#include "pxe/dhcp/options.h"

#include <array>
#include <string>

namespace switchyard::pxe::dhcp {

enum class MessageType : std::uint8_t {
  Discover = 1,
  Offer,
  Request,
  Decline,
  Ack,
  Nak,
  Release,
  Inform
};

[[nodiscard]] std::string_view to_string(MessageType type);

enum class Op : std::uint8_t { Request = 1, Reply = 2 };

struct Packet {
  Op op{Op::Request};
  std::uint8_t htype{1};  // 1: Ethernet
  std::uint8_t hlen{6};   // at most 16
  std::uint8_t hops{};
  std::uint32_t xid{};
  std::uint16_t secs{};
  bool broadcast{};
  Ipv4 ciaddr{};
  Ipv4 yiaddr{};
  Ipv4 siaddr{};
  Ipv4 giaddr{};
  std::array<std::uint8_t, 16> chaddr{};
  std::string sname{};  // at most 63 bytes; empty when the field carries options
  std::string file{};   // at most 127 bytes
  Options options{};

  // Nothing for BOOTP and for types outside of RFC 2131.
  [[nodiscard]] std::optional<MessageType> type() const;
  [[nodiscard]] MacAddress mac() const;  // the first six bytes of chaddr

  friend bool operator==(const Packet&, const Packet&) = default;
};

// Joins long options (RFC 3396) and those in file and sname (option 52, which is then gone).
// Invalid: shorter than a header, no magic cookie, an option cut short or of an impossible length.
[[nodiscard]] Result<Packet> parse_packet(Bytes datagram);

struct Encoded {
  Buffer bytes{};                        // at least 300, as BOOTP relays demand
  std::vector<std::uint8_t> left_out{};  // options that did not fit, the last ones first to go
};

// At most `limit` bytes (>= 548). Options stay in their order but for 82, which comes last; what
// does not fit goes to free file and sname fields (option 52), values over 255 bytes are split.
[[nodiscard]] Encoded encode_packet(const Packet& packet, std::size_t limit);

constexpr std::size_t kLeastLimit = 548;  // 576 bytes of IP (RFC 2131 section 2), less headers
constexpr std::size_t kEthernetLimit = 1472;

}  // namespace switchyard::pxe::dhcp
