#include "pxe/installer/lldp.h"

#include "pxe/installer/text.h"

#include <string>

namespace switchyard::pxe::installer {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t kMostText = 200;

unsigned u16(Bytes bytes, std::size_t at) { return bytes[at] * 256U + bytes[at + 1]; }

std::string text_of(Bytes bytes) {
  return printable({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, kMostText);
}

std::string hex_of(Bytes bytes, const char* between) {
  std::string text;
  for (const std::uint8_t byte : bytes.first(std::min<std::size_t>(bytes.size(), 32))) {
    if (!text.empty()) text += between;
    for (const unsigned digit : {byte / 16U, byte % 16U})
      text += "0123456789abcdef"[digit];
  }
  return text;
}

// Subtypes of a chassis (8.5.2.2) and of a port (8.5.3.2): which one is a MAC address, which one a
// network address; all others are texts.
std::string identifier(Bytes value, unsigned mac, unsigned network) {
  const unsigned subtype = value[0];
  const Bytes id = value.subspan(1);
  if (subtype == mac && id.size() == 6) return hex_of(id, ":");
  if (subtype == network) return hex_of(id, "");
  return text_of(id);
}

// Past the Ethernet header; empty when this is another protocol.
Bytes payload_of(Bytes frame) {
  constexpr unsigned kLldp = 0x88cc, kVlan = 0x8100;
  std::size_t at = 12;
  if (frame.size() >= at + 4 && u16(frame, at) == kVlan) at += 4;
  if (frame.size() < at + 2 || u16(frame, at) != kLldp) return {};
  return frame.subspan(at + 2);
}

}  // namespace

Result<Neighbour> parse_lldp(std::span<const std::uint8_t> frame) {
  constexpr unsigned kEnd = 0, kChassis = 1, kPort = 2, kSystemName = 5;
  Bytes left = payload_of(frame);
  if (left.empty()) return failure(Errc::Invalid, "not an LLDP frame");
  Neighbour seen;
  while (left.size() >= 2) {
    const unsigned type = left[0] / 2U, size = (left[0] % 2U) * 256U + left[1];
    left = left.subspan(2);
    if (type == kEnd) break;
    if (size > left.size())
      return failure(Errc::Invalid, "LLDP part " + std::to_string(type) + " is cut short");
    const Bytes value = left.first(size);
    left = left.subspan(size);
    if (size >= 2 && type == kChassis) seen.chassis = identifier(value, 4, 5);
    if (size >= 2 && type == kPort) seen.port = identifier(value, 3, 4);
    if (type == kSystemName) seen.system = text_of(value);
  }
  if (seen.chassis.empty() || seen.port.empty())
    return failure(Errc::Invalid, "LLDP frame without chassis or port");
  return seen;
}

}  // namespace switchyard::pxe::installer
