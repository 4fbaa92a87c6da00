// A DHCPv6 message (RFC 8415), decoded and encoded, with the options a boot server needs: identity,
// addresses (IA_NA) and network boot (RFC 5970). Pure.
#pragma once

#include "pxe/dhcp/bytes.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::pxe::dhcp::v6 {

enum class Type : std::uint8_t {
  Solicit = 1,
  Advertise = 2,
  Request = 3,
  Confirm = 4,
  Renew = 5,
  Rebind = 6,
  Reply = 7,
  Release = 8,
  Decline = 9,
  InformationRequest = 11,
  RelayForward = 12,
  RelayReply = 13
};

namespace code {
constexpr std::uint16_t kClientId = 1, kServerId = 2, kIaNa = 3, kIaAddress = 5, kOptionRequest = 6,
                        kPreference = 7, kRelayMessage = 9, kStatus = 13, kRapidCommit = 14,
                        kUserClass = 15, kVendorClass = 16, kInterfaceId = 18, kDns = 23,
                        kBootFileUrl = 59, kClientArch = 61, kClientLinkLayer = 79;
}  // namespace code

// 16 bytes in network order.
using Address = std::array<std::uint8_t, 16>;

struct Option {
  std::uint16_t code{};
  Buffer value{};
  friend bool operator==(const Option&, const Option&) = default;
};

// In the order of the wire. A code may come several times (IA_NA); find() answers the first.
struct Options {
  std::vector<Option> list{};

  [[nodiscard]] const Buffer* find(std::uint16_t code) const;

  void add(std::uint16_t code, Bytes value) {
    list.push_back({code, Buffer(value.begin(), value.end())});
  }

  friend bool operator==(const Options&, const Options&) = default;
};

// Invalid when an option is cut short; at most 200 options.
[[nodiscard]] Result<Options> parse_options(Bytes bytes);
void put_options(const Options& options, Buffer& out);

struct Message {
  Type type{};
  std::uint32_t transaction{};  // 24 bits
  Options options{};
  friend bool operator==(const Message&, const Message&) = default;
};

// One hop of a relay (RFC 8415 section 9), outermost first in a list.
struct Hop {
  std::uint8_t count{};
  Address link{};
  Address peer{};
  std::optional<Buffer> interface_id{};    // 18: echoed; may name the port
  std::optional<MacAddress> client_mac{};  // 79, RFC 6939
  friend bool operator==(const Hop&, const Hop&) = default;
};

struct Received {
  std::vector<Hop> hops{};  // at most 8 (HOP_COUNT_LIMIT)
  Message message{};
  friend bool operator==(const Received&, const Received&) = default;
};

// Unpacks relayed messages. Invalid: cut short, too many hops, a type no client or relay sends.
[[nodiscard]] Result<Received> parse_datagram(Bytes datagram);

// The message, packed in a RELAY-REPL for every hop it came through.
[[nodiscard]] Buffer encode_reply(const Message& reply, const std::vector<Hop>& hops);

struct IaNa {
  std::uint32_t id{};
  std::vector<Address> addresses{};
  friend bool operator==(const IaNa&, const IaNa&) = default;
};

// Every IA_NA of a message, at most 16 of them. Invalid when one is cut short.
[[nodiscard]] Result<std::vector<IaNa>> read_ia_nas(const Options& options);

// "" when there is none: the first data of option 16, past its enterprise number.
[[nodiscard]] std::string vendor_class(const Options& options);
[[nodiscard]] bool has_user_class(const Options& options, std::string_view name);

// The MAC inside of a DUID-LLT or DUID-LL of Ethernet; a hint, not a proof.
[[nodiscard]] std::optional<MacAddress> mac_of_duid(Bytes duid);

}  // namespace switchyard::pxe::dhcp::v6
