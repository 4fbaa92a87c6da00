#include "pxe/tftp/udp.h"

#include "pxe/tftp/packet.h"

#include <boost/asio/ip/v6_only.hpp>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

namespace switchyard::pxe::tftp {
namespace {

constexpr std::size_t kHeader = 4;
constexpr std::size_t kLargestCopied = 2048;  // bytes of a block
constexpr std::size_t kMostSegments = 64;     // UDP_MAX_SEGMENTS of older kernels
constexpr std::size_t kMostBytes = 65'000;    // in one call, below what an IP packet holds
constexpr std::size_t kIpv4Headers = 20 + 8;  // of IP and UDP
constexpr std::size_t kIpv6Headers = 40 + 8;

net::ip::address unmapped(const net::ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return net::ip::make_address_v4(net::ip::v4_mapped, address.to_v6());
}

net::ip::address destination_of(msghdr& message) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
       part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_PKTINFO) {
      in_pktinfo info{};
      std::memcpy(&info, CMSG_DATA(part), sizeof info);
      return net::ip::address_v4(ntohl(info.ipi_spec_dst.s_addr));
    }
    if (part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info{};
      std::memcpy(&info, CMSG_DATA(part), sizeof info);
      net::ip::address_v6::bytes_type bytes;
      std::memcpy(bytes.data(), &info.ipi6_addr, bytes.size());
      net::ip::address_v6 address(bytes);
      if (address.is_link_local()) address.scope_id(info.ipi6_ifindex);
      return unmapped(address);
    }
  }
  return {};
}

// The packets of one call to the kernel. Filled as far as it is used.
struct Batch {  // NOLINT(cppcoreguidelines-pro-type-member-init)
  std::array<std::array<std::uint8_t, kHeader>, kMostSegments> headers;
  std::array<iovec, 2 * kMostSegments> parts;
  std::size_t count{};
};

std::size_t block_bytes(const Blocks& blocks, std::size_t index) {
  return std::min(blocks.size, blocks.data.size() - index * blocks.size);
}

void fill(Batch& batch, const Blocks& blocks) {
  const std::size_t fits = std::max<std::size_t>(1, kMostBytes / (blocks.size + kHeader));
  batch.count = std::min({blocks.count, kMostSegments, fits});
  for (std::size_t i = 0; i < batch.count; ++i) {
    batch.headers[i] = data_header(static_cast<std::uint16_t>(blocks.first + i));
    batch.parts[2 * i] = {batch.headers[i].data(), kHeader};
    // The kernel only reads; its type has no const.
    batch.parts[2 * i + 1] = {const_cast<char*>(blocks.data.data()) + i * blocks.size,
                              block_bytes(blocks, i)};
  }
}

void take_off(Blocks& blocks, std::size_t count) {
  blocks.data = blocks.data.subspan(std::min(blocks.data.size(), count * blocks.size));
  blocks.first += count;
  blocks.count -= count;
}

// How many packets of the batch were sent, or -1 with errno.
int send_segmented(int socket, Batch& batch, std::size_t block_size) {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(std::uint16_t))> control{};
  msghdr message{};
  message.msg_iov = batch.parts.data();
  message.msg_iovlen = 2 * batch.count;
  if (batch.count > 1) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* part = CMSG_FIRSTHDR(&message);
    part->cmsg_level = SOL_UDP;
    part->cmsg_type = UDP_SEGMENT;
    part->cmsg_len = CMSG_LEN(sizeof(std::uint16_t));
    const auto segment = static_cast<std::uint16_t>(block_size + kHeader);
    std::memcpy(CMSG_DATA(part), &segment, sizeof segment);
  }
  const auto sent = ::sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  return sent < 0 ? -1 : static_cast<int>(batch.count);
}

int send_each(int socket, Batch& batch) {
  std::array<mmsghdr, kMostSegments> messages{};
  for (std::size_t i = 0; i < batch.count; ++i) {
    messages[i].msg_hdr.msg_iov = &batch.parts[2 * i];
    messages[i].msg_hdr.msg_iovlen = 2;
  }
  return ::sendmmsg(socket, messages.data(), static_cast<unsigned>(batch.count),
                    MSG_DONTWAIT | MSG_NOSIGNAL);
}

// The one block of a lockstep transfer, where a call of many parts would cost more than copying.
int send_one(int socket, const Blocks& blocks) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): filled below
  std::array<char, kHeader + kLargestCopied> packet;
  const std::size_t size = block_bytes(blocks, 0);
  const auto header = data_header(static_cast<std::uint16_t>(blocks.first));
  std::ranges::copy(header, packet.begin());
  std::ranges::copy(blocks.data.first(size), packet.begin() + kHeader);
  const auto sent = ::send(socket, packet.data(), kHeader + size, MSG_DONTWAIT | MSG_NOSIGNAL);
  return sent < 0 ? -1 : 1;
}

bool is_one(const Blocks& blocks) { return blocks.count == 1 && blocks.size <= kLargestCopied; }

int send_batch(int socket, const Blocks& blocks, Batch& batch, bool segmenting) {
  if (is_one(blocks)) return send_one(socket, blocks);
  fill(batch, blocks);
  if (segmenting || batch.count == 1) return send_segmented(socket, batch, blocks.size);
  return send_each(socket, batch);
}

bool cannot_segment(int code) {
  return code == EINVAL || code == EIO || code == EMSGSIZE || code == EOPNOTSUPP;
}

}  // namespace

Status tell_destinations(udp::socket& socket) {
  const int on = 1;
  const bool is_v6 = socket.local_endpoint().address().is_v6();
  const int failed =
      is_v6 ? ::setsockopt(socket.native_handle(), IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on)
            : ::setsockopt(socket.native_handle(), IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
  if (failed == 0) return {};
  return failure(Errc::Unavailable,
                 std::string("TFTP socket: ") + std::generic_category().message(errno));
}

std::optional<Received> receive_one(udp::socket& socket, std::span<std::uint8_t> buffer) {
  Received received;
  alignas(cmsghdr) std::array<char, 256> control{};
  iovec part{buffer.data(), buffer.size()};
  msghdr message{};
  message.msg_name = received.from.data();
  message.msg_namelen = static_cast<socklen_t>(received.from.capacity());
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const auto size = ::recvmsg(socket.native_handle(), &message, MSG_DONTWAIT);
  if (size < 0) return std::nullopt;
  received.size = static_cast<std::size_t>(size);
  received.from.resize(message.msg_namelen);
  received.from.address(unmapped(received.from.address()));
  received.to = destination_of(message);
  return received;
}

Result<udp::socket> connected_socket(net::io_context& context, const net::ip::address& from,
                                     const udp::endpoint& to) {
  error_code error;
  udp::socket socket(context);
  socket.open(to.protocol(), error);
  if (!error && !from.is_unspecified()) socket.bind({from, 0}, error);
  if (!error) socket.connect(to, error);
  if (!error) socket.non_blocking(true, error);
  // A whole window at once, whatever its size.
  error_code ignored;
  socket.set_option(net::socket_base::send_buffer_size(1 << 20), ignored);
  if (error) {
    return failure(Errc::Unavailable,
                   "TFTP socket for " + to.address().to_string() + ": " + error.message());
  }
  return socket;
}

std::uint16_t largest_block(udp::socket& socket) {
  constexpr std::size_t kSmallest = 8, kLargest = 65464, kEthernet = 1500;
  const bool is_v6 = socket.local_endpoint().address().is_v6();
  int unit = 0;
  socklen_t length = sizeof unit;
  const int failed =
      is_v6 ? ::getsockopt(socket.native_handle(), IPPROTO_IPV6, IPV6_MTU, &unit, &length)
            : ::getsockopt(socket.native_handle(), IPPROTO_IP, IP_MTU, &unit, &length);
  const std::size_t path = failed != 0 || unit < 68 ? kEthernet : static_cast<std::size_t>(unit);
  const std::size_t around = (is_v6 ? kIpv6Headers : kIpv4Headers) + kHeader;
  return static_cast<std::uint16_t>(std::clamp(path - around, kSmallest, kLargest));
}

Sent send_blocks(udp::socket& socket, Blocks& blocks, bool& segmenting) {
  Batch batch;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled as far as it is used
  while (blocks.count > 0) {
    const int sent = send_batch(socket.native_handle(), blocks, batch, segmenting);
    if (sent > 0) {
      take_off(blocks, static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN || errno == ENOBUFS) {
      return Sent::Some;
    } else if (segmenting && blocks.count > 1 && cannot_segment(errno)) {
      segmenting = false;
    } else if (errno != EINTR) {
      return errno == ECONNREFUSED ? Sent::Gone : Sent::Failed;
    }
  }
  return Sent::All;
}

}  // namespace switchyard::pxe::tftp
