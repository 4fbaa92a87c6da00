#include "pxe/dhcp/bytes.h"

#include <algorithm>
#include <array>

namespace switchyard::pxe::dhcp {
namespace {

constexpr std::size_t kV4At = 12;  // where an IPv4 address stands in the 16 bytes of core/net.h

int nibble(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

}  // namespace

Result<Ipv4> parse_ipv4(std::string_view text) {
  const auto address = parse_ip(text);
  if (!address) return tl::unexpected(address.error());
  if (address->family != Family::V4)
    return failure(Errc::Invalid, "not an IPv4 address: " + std::string{text});
  return to_ipv4(*address);
}

std::string to_string(Ipv4 address) {
  std::string text;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) {
    if (!text.empty()) text += '.';
    text += std::to_string((address.value >> shift) & 0xffU);
  }
  return text;
}

IpAddress to_ip(Ipv4 address) {
  IpAddress ip{.family = Family::V4};
  ip.key[10] = ip.key[11] = 0xff;
  for (std::size_t i = 0; i < 4; ++i)
    ip.key[kV4At + i] = static_cast<std::uint8_t>(address.value >> (24U - 8U * i));
  return ip;
}

Ipv4 to_ipv4(const IpAddress& address) { return {read_u32(Bytes{address.key}.subspan(kV4At))}; }

std::string hex(Bytes bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0xfU];
  }
  return text;
}

Result<Buffer> unhex(std::string_view text) {
  if (text.size() % 2 != 0) return failure(Errc::Invalid, "hex text of an odd length");
  Buffer bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = nibble(text[i]);
    const int low = nibble(text[i + 1]);
    if (high < 0 || low < 0) return failure(Errc::Invalid, "not hex text");
    bytes.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  return bytes;
}

void put_u16(Buffer& out, std::uint16_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8U));
  out.push_back(static_cast<std::uint8_t>(value));
}

void put_u32(Buffer& out, std::uint32_t value) {
  put_u16(out, static_cast<std::uint16_t>(value >> 16U));
  put_u16(out, static_cast<std::uint16_t>(value));
}

std::string_view as_text(Bytes bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return text.substr(0, text.find('\0'));
}

std::string printable(std::string_view text) {
  std::string clean{text};
  std::replace_if(
      clean.begin(), clean.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return clean;
}

}  // namespace switchyard::pxe::dhcp
