// Small words for bytes on the wire: spans in network byte order, IPv4 addresses as numbers.
#pragma once

#include "core/net.h"
#include "core/result.h"

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::pxe::dhcp {

using Bytes = std::span<const std::uint8_t>;
using Buffer = std::vector<std::uint8_t>;

// An IPv4 address in host byte order; 0.0.0.0 stands for "none", as on the wire.
struct Ipv4 {
  std::uint32_t value{};

  [[nodiscard]] bool none() const { return value == 0; }

  friend auto operator<=>(const Ipv4&, const Ipv4&) = default;
};

[[nodiscard]] Result<Ipv4> parse_ipv4(std::string_view text);
[[nodiscard]] std::string to_string(Ipv4 address);
[[nodiscard]] IpAddress to_ip(Ipv4 address);
[[nodiscard]] Ipv4 to_ipv4(const IpAddress& address);  // of an IPv4 address only

// "0a:1b"-less lower case hex, and back. unhex: Invalid for odd lengths and other characters.
[[nodiscard]] std::string hex(Bytes bytes);
[[nodiscard]] Result<Buffer> unhex(std::string_view text);

// The caller has checked the length.
[[nodiscard]] inline std::uint16_t read_u16(Bytes bytes) {
  return static_cast<std::uint16_t>((bytes[0] << 8U) | bytes[1]);
}

[[nodiscard]] inline std::uint32_t read_u32(Bytes bytes) {
  return (std::uint32_t{read_u16(bytes)} << 16U) | read_u16(bytes.subspan(2));
}

void put_u16(Buffer& out, std::uint16_t value);
void put_u32(Buffer& out, std::uint32_t value);

[[nodiscard]] inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// Up to the first NUL: some clients count it in, some do not (RFC 2132 section 2).
[[nodiscard]] std::string_view as_text(Bytes bytes);

// For people and logs: what is not printable ASCII becomes "?".
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace switchyard::pxe::dhcp
