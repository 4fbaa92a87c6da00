#include "pxe/dhcp/frame.h"

namespace switchyard::pxe::dhcp {
namespace {

constexpr std::size_t kIpHeader = 20, kUdpHeader = 8;
constexpr std::uint8_t kUdp = 17, kTimeToLive = 64;

void set_u16(Buffer& bytes, std::size_t at, std::uint16_t value) {
  bytes[at] = static_cast<std::uint8_t>(value >> 8U);
  bytes[at + 1] = static_cast<std::uint8_t>(value);
}

}  // namespace

std::uint16_t internet_checksum(Bytes bytes, std::uint32_t start) {
  std::uint64_t sum = start;
  for (; bytes.size() >= 2; bytes = bytes.subspan(2))
    sum += read_u16(bytes);
  if (!bytes.empty()) sum += std::uint64_t{bytes[0]} << 8U;
  while (sum > 0xffff)
    sum = (sum & 0xffffU) + (sum >> 16U);
  return static_cast<std::uint16_t>(~sum);
}

Buffer ip_frame(const UdpEnds& ends, Bytes message) {
  const auto udp_size = static_cast<std::uint16_t>(kUdpHeader + message.size());
  Buffer frame;
  frame.reserve(kIpHeader + udp_size);
  put_u16(frame, 0x4500);  // version 4, 5 words of header
  put_u16(frame, static_cast<std::uint16_t>(kIpHeader + udp_size));
  put_u32(frame, 0x00004000);  // no identification, do not fragment
  frame.push_back(kTimeToLive);
  frame.push_back(kUdp);
  put_u16(frame, 0);
  put_u32(frame, ends.source.value);
  put_u32(frame, ends.destination.value);
  set_u16(frame, 10, internet_checksum(frame));

  put_u16(frame, ends.source_port);
  put_u16(frame, ends.destination_port);
  put_u16(frame, udp_size);
  put_u16(frame, 0);
  frame.insert(frame.end(), message.begin(), message.end());
  // RFC 768: the addresses, the protocol and the length are summed too; 0 means "no checksum".
  const std::uint32_t pseudo = (ends.source.value >> 16U) + (ends.source.value & 0xffffU) +
                               (ends.destination.value >> 16U) +
                               (ends.destination.value & 0xffffU) + kUdp + udp_size;
  const std::uint16_t sum = internet_checksum(Bytes{frame}.subspan(kIpHeader), pseudo);
  set_u16(frame, kIpHeader + 6, sum == 0 ? 0xffff : sum);
  return frame;
}

}  // namespace switchyard::pxe::dhcp
