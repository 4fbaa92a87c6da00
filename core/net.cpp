#include "core/net.h"

#include "core/net_text.h"

#include <algorithm>
#include <optional>

namespace switchyard {

namespace {

using net_text::not_a;
using net_text::number;
using net_text::shown;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// The twelve digits of a MAC in one of the three spellings, nothing when it is none of them.
std::optional<std::string> mac_digits(std::string_view text) {
  const auto grouped = [&](char mark, std::size_t width) -> std::optional<std::string> {
    std::string digits;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool at_mark = i % (width + 1) == width;
      if (at_mark != (text[i] == mark)) return std::nullopt;
      if (!at_mark) digits += text[i];
    }
    return digits.size() == 12 ? std::optional{digits} : std::nullopt;
  };
  if (text.size() == 17) return grouped(text[2] == '-' ? '-' : ':', 2);
  if (text.size() == 14) return grouped('.', 4);
  return std::nullopt;
}

bool is_wire_name(std::string_view text, std::string_view marks) {
  if (text.empty() || text.size() > 15 || !is_letter(text[0])) return false;
  return std::ranges::all_of(text, [&](char c) {
    return is_letter(c) || is_digit(c) || marks.find(c) != std::string_view::npos;
  });
}

}  // namespace

Result<MacAddress> parse_mac(std::string_view text) {
  const auto digits = mac_digits(text);
  if (!digits) return not_a("a MAC address", text);
  MacAddress mac;
  for (std::size_t i = 0; i < mac.bytes.size(); ++i) {
    const auto byte = number(std::string_view{*digits}.substr(2 * i, 2), 2, 16);
    if (!byte) return not_a("a MAC address", text);
    mac.bytes[i] = static_cast<std::uint8_t>(*byte);
  }
  return mac;
}

std::string to_string(const MacAddress& mac) {
  std::string text;
  for (const std::uint8_t byte : mac.bytes) {
    if (!text.empty()) text += ':';
    const std::string digits = net_text::hex(byte);
    text += digits.size() < 2 ? "0" + digits : digits;
  }
  return text;
}

Result<VlanId> make_vlan(long long value) {
  if (value < 1 || value > 4094)
    return failure(Errc::Invalid, "VLAN tag " + std::to_string(value) + " is not in 1..4094");
  return VlanId{static_cast<std::uint16_t>(value)};
}

Result<Asn> make_asn(long long value) {
  if (value < 1 || value > 4294967294LL) {
    return failure(Errc::Invalid,
                   "AS number " + std::to_string(value) + " is not in 1..4294967294");
  }
  if (value == 23456 || value == 65535) {
    return failure(Errc::Invalid, "AS number " + std::to_string(value) +
                                      " is reserved (RFC 6793, RFC 7300) and cannot be used");
  }
  return Asn{static_cast<std::uint32_t>(value)};
}

Result<VrfName> parse_vrf(std::string_view text) {
  if (!is_wire_name(text, "_-")) {
    return failure(Errc::Invalid, "not a VRF name (1..15 of A-Z a-z 0-9 _ -, a letter first): '" +
                                      shown(text) + "'");
  }
  if (text == "default" || text == "mgmt")
    return failure(Errc::Invalid, "VRF name '" + std::string{text} + "' is the switch's own");
  return VrfName{std::string{text}};
}

Result<std::string> parse_port_name(std::string_view text) {
  if (!is_wire_name(text, "/_-")) {
    return failure(
        Errc::Invalid,
        "not a port name (1..15 of A-Z a-z 0-9 / _ -, a letter first): '" + shown(text) + "'");
  }
  return std::string{text};
}

}  // namespace switchyard
