// An IPv4 and UDP header around a message for a client that has no address yet and so cannot
// answer ARP. Pure. Internal to pxe/dhcp.
#pragma once

#include "pxe/dhcp/bytes.h"

namespace switchyard::pxe::dhcp {

struct UdpEnds {
  Ipv4 source{};
  std::uint16_t source_port{};
  Ipv4 destination{};
  std::uint16_t destination_port{};
};

// Without the Ethernet header, which the packet socket puts before it.
[[nodiscard]] Buffer ip_frame(const UdpEnds& ends, Bytes message);

// RFC 1071 over whole 16-bit words; an odd last byte counts as the high one.
[[nodiscard]] std::uint16_t internet_checksum(Bytes bytes, std::uint32_t start = 0);

}  // namespace switchyard::pxe::dhcp
