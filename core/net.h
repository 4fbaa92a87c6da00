// Network values that cannot be wrong once they exist: every one is made by a parse_* function (or
// a checked factory) and prints in the canonical form of its RFC.
#pragma once

#include "core/result.h"

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace switchyard {

// An offset inside a prefix of either family. (__extension__: ISO C++ has no 128-bit integer.)
__extension__ typedef unsigned __int128 Uint128;  // NOLINT(modernize-use-using)

enum class Family : std::uint8_t { V4 = 4, V6 = 6 };

// EUI-48. Prints lower case with colons.
struct MacAddress {
  std::array<std::uint8_t, 6> bytes{};
  friend auto operator<=>(const MacAddress&, const MacAddress&) = default;
};

[[nodiscard]] Result<MacAddress> parse_mac(
    std::string_view text);  // aa:bb:.., aa-bb-.., aabb.ccdd.eeff
[[nodiscard]] std::string to_string(const MacAddress& mac);

// An IPv4 or IPv6 address in one 128-bit key; IPv4 as ::ffff:a.b.c.d, so keys sort by family and
// number (facts/ecosystem.md 1.5). An IPv4-mapped IPv6 text is refused, so a key has one meaning.
struct IpAddress {
  Family family{Family::V4};
  std::array<std::uint8_t, 16> key{};  // network byte order
  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;
};

[[nodiscard]] Result<IpAddress> parse_ip(std::string_view text);
[[nodiscard]] std::string to_string(const IpAddress& address);  // RFC 5952 for IPv6

// The 16 key bytes as a string, as the database stores them, and back.
[[nodiscard]] std::string to_key(const IpAddress& address);
[[nodiscard]] Result<IpAddress> from_key(std::string_view key, Family family);

// The address `offset` places after `base`. The caller stays inside one prefix; wraps at 2^128.
[[nodiscard]] IpAddress address_at(const IpAddress& base, Uint128 offset);
// How far `address` is from `base`, `address` >= `base`, same family.
[[nodiscard]] Uint128 offset_of(const IpAddress& base, const IpAddress& address);

// A network prefix without host bits. `length` is 0..32 or 0..128 by family.
struct Prefix {
  IpAddress network{};
  std::uint8_t length{};
  friend auto operator<=>(const Prefix&, const Prefix&) = default;
};

[[nodiscard]] Result<Prefix> parse_prefix(std::string_view text);  // host bits set: Invalid
[[nodiscard]] std::string to_string(const Prefix& prefix);
[[nodiscard]] Prefix host_prefix(const IpAddress& address);  // /32 or /128
[[nodiscard]] bool is_host(const Prefix& prefix);
[[nodiscard]] bool contains(const Prefix& outer, const IpAddress& address);
[[nodiscard]] bool contains(const Prefix& outer, const Prefix& inner);  // true for equal ones
[[nodiscard]] bool overlaps(const Prefix& a, const Prefix& b);
[[nodiscard]] IpAddress last_address(const Prefix& prefix);

[[nodiscard]] inline int max_length(Family family) { return family == Family::V4 ? 32 : 128; }

// IEEE 802.1Q tag, 1..4094.
struct VlanId {
  std::uint16_t value{};
  friend auto operator<=>(const VlanId&, const VlanId&) = default;
};

[[nodiscard]] Result<VlanId> make_vlan(long long value);

// RFC 6793 4-byte AS number, 1..4294967294 without 23456 (AS_TRANS) and 65535 (RFC 7300).
struct Asn {
  std::uint32_t value{};
  friend auto operator<=>(const Asn&, const Asn&) = default;
};

[[nodiscard]] Result<Asn> make_asn(long long value);

// A VRF as the fabric spells it: 1..15 of [A-Za-z0-9_-], starting with a letter, so it is a valid
// Linux interface name and can be put in a command line. Never "default" or "mgmt".
struct VrfName {
  std::string value{};
  friend auto operator<=>(const VrfName&, const VrfName&) = default;
};

[[nodiscard]] Result<VrfName> parse_vrf(std::string_view text);

// A switch port name that is safe in any command line: 1..15 of [A-Za-z0-9/_-], starting with a
// letter. No dot: a dot names a subinterface, and Switchyard makes those itself.
[[nodiscard]] Result<std::string> parse_port_name(std::string_view text);

}  // namespace switchyard
