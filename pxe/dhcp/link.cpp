#include "pxe/dhcp/link.h"

#include "pxe/dhcp/frame.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace switchyard::pxe::dhcp {
namespace {

constexpr std::size_t kBatch = 64, kSlot = 2048, kMostBatches = 8;
// A rack that powers on sends all its DISCOVERs at once: they wait here, not on the wire.
constexpr int kReceiveBuffer = 8 * 1024 * 1024;

tl::unexpected<Error> refused(const Listen& listen, const std::string& what) {
  const std::string place = listen.interface.empty() ? to_string(listen.address) : listen.interface;
  return failure(Errc::Unavailable, "DHCP on " + place + ": " + what + ": " +
                                        std::error_code(errno, std::generic_category()).message());
}

sockaddr_in socket_address(Ipv4 address, std::uint16_t port) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(address.value);
  return at;
}

void set_flag(int fd, int option) {
  const int on = 1;
  (void)::setsockopt(fd, SOL_SOCKET, option, &on, sizeof on);
}

void widen(int fd) {
  (void)::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &kReceiveBuffer, sizeof kReceiveBuffer);
  if (::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBuffer, sizeof kReceiveBuffer) != 0)
    (void)::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof kReceiveBuffer);
}

Result<Descriptor> open_udp(const Listen& listen, Ipv4 address, std::uint16_t port) {
  Descriptor udp(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!udp.is_open()) return refused(listen, "no socket");
  set_flag(udp.get(), SO_REUSEADDR);
  set_flag(udp.get(), SO_BROADCAST);
  widen(udp.get());
  const std::string& name = listen.interface;
  if (!name.empty() && ::setsockopt(udp.get(), SOL_SOCKET, SO_BINDTODEVICE, name.data(),
                                    static_cast<socklen_t>(name.size())) != 0)
    return refused(listen, "cannot bind to the interface");
  const sockaddr_in at = socket_address(address, port);
  if (::bind(udp.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0)
    return refused(listen, "cannot bind port " + std::to_string(port));
  return udp;
}

std::uint16_t bound_port(int fd) {
  sockaddr_in at{};
  socklen_t size = sizeof at;
  (void)::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size);
  return ntohs(at.sin_port);
}

// A datagram with its destination and, by IP_PKTINFO, its source address and interface.
struct Outgoing {
  Buffer bytes{};
  sockaddr_in to{};
  iovec part{};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(in_pktinfo))> control{};
};

void fill(mmsghdr& message, Outgoing& out, Ipv4 source, int index) {
  out.part = {out.bytes.data(), out.bytes.size()};
  message.msg_hdr = {};
  message.msg_hdr.msg_name = &out.to;
  message.msg_hdr.msg_namelen = sizeof out.to;
  message.msg_hdr.msg_iov = &out.part;
  message.msg_hdr.msg_iovlen = 1;
  message.msg_hdr.msg_control = out.control.data();
  message.msg_hdr.msg_controllen = out.control.size();
  cmsghdr* const header = CMSG_FIRSTHDR(&message.msg_hdr);
  header->cmsg_level = IPPROTO_IP;
  header->cmsg_type = IP_PKTINFO;
  header->cmsg_len = CMSG_LEN(sizeof(in_pktinfo));
  in_pktinfo info{};
  info.ipi_ifindex = index;
  info.ipi_spec_dst.s_addr = htonl(source.value);
  std::memcpy(CMSG_DATA(header), &info, sizeof info);
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Result<std::unique_ptr<Link>> Link::open(const Listen& listen) {
  if (listen.interface.size() >= IFNAMSIZ)
    return failure(Errc::Invalid, "not an interface name: " + printable(listen.interface));
  std::unique_ptr<Link> link(new Link(listen));
  if (const Status opened = link->open_sockets(); !opened) return tl::unexpected(opened.error());
  link->receive_buffer_.resize(kBatch * kSlot);
  return link;
}

Status Link::open_sockets() {
  const bool direct = !listen_.interface.empty();
  auto server = open_udp(listen_, direct ? Ipv4{} : listen_.address, listen_.port);
  if (!server) return tl::unexpected(server.error());
  server_ = *std::move(server);
  listen_.port = bound_port(server_.get());
  if (!direct) return {};

  ifreq request{};
  std::copy_n(listen_.interface.begin(), listen_.interface.size(), request.ifr_name);
  if (::ioctl(server_.get(), SIOCGIFINDEX, &request) != 0) return refused(listen_, "no interface");
  index_ = request.ifr_ifindex;
  if (::ioctl(server_.get(), SIOCGIFHWADDR, &request) != 0) return refused(listen_, "no MAC");
  std::copy_n(request.ifr_hwaddr.sa_data, mac_.bytes.size(), mac_.bytes.begin());

  packet_ = Descriptor(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!packet_.is_open()) return refused(listen_, "no packet socket");
  // Without it foreign servers are only noticed by what clients say.
  if (auto client = open_udp(listen_, {}, kClientPort); client && listen_.port == kServerPort)
    client_ = *std::move(client);
  return {};
}

void Link::receive(int fd, const std::function<void(const Datagram&)>& take) {
  std::array<mmsghdr, kBatch> messages{};
  std::array<iovec, kBatch> parts{};
  std::array<sockaddr_in, kBatch> sources{};
  for (std::size_t batch = 0; batch < kMostBatches; ++batch) {
    for (std::size_t i = 0; i < kBatch; ++i) {
      parts[i] = {receive_buffer_.data() + i * kSlot, kSlot};
      messages[i].msg_hdr = {};
      messages[i].msg_hdr.msg_name = &sources[i];
      messages[i].msg_hdr.msg_namelen = sizeof sources[i];
      messages[i].msg_hdr.msg_iov = &parts[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
    const int count = ::recvmmsg(fd, messages.data(), kBatch, MSG_DONTWAIT, nullptr);
    for (int i = 0; i < count; ++i) {
      const auto slot = static_cast<std::size_t>(i);
      if ((messages[slot].msg_hdr.msg_flags & MSG_TRUNC) != 0)
        continue;  // no DHCP message is so long
      take({.bytes = {receive_buffer_.data() + slot * kSlot, messages[slot].msg_len},
            .source = {ntohl(sources[slot].sin_addr.s_addr)},
            .source_port = ntohs(sources[slot].sin_port)});
    }
    if (count < static_cast<int>(kBatch)) return;
  }
}

void Link::send(std::span<const Reply* const> replies) {
  std::vector<Outgoing> outgoing;
  outgoing.reserve(replies.size());
  for (const Reply* const reply : replies) {
    Buffer bytes = encode_packet(reply->packet, reply->limit).bytes;
    if (reply->delivery == Delivery::ToMac && packet_.is_open()) {
      send_to_mac(*reply, bytes);
      continue;
    }
    const Ipv4 to = reply->delivery == Delivery::Unicast ? reply->address : Ipv4{0xffffffff};
    outgoing.push_back({.bytes = std::move(bytes), .to = socket_address(to, reply->port)});
  }
  std::vector<mmsghdr> messages(outgoing.size());
  for (std::size_t i = 0; i < outgoing.size(); ++i)
    fill(messages[i], outgoing[i], listen_.address, index_);
  for (std::size_t sent = 0; sent < messages.size();) {
    const int count = ::sendmmsg(server_.get(), messages.data() + sent,
                                 static_cast<unsigned>(messages.size() - sent), 0);
    sent +=
        count > 0 ? static_cast<std::size_t>(count) : 1;  // the first one cannot be sent: skip it
  }
}

void Link::send_to_mac(const Reply& reply, Bytes message) {
  const Buffer frame = ip_frame({.source = listen_.address,
                                 .source_port = kServerPort,
                                 .destination = reply.address,
                                 .destination_port = reply.port},
                                message);
  sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_protocol = htons(ETH_P_IP);
  to.sll_ifindex = index_;
  const MacAddress mac = reply.packet.mac();
  to.sll_halen = static_cast<unsigned char>(mac.bytes.size());
  std::copy(mac.bytes.begin(), mac.bytes.end(), to.sll_addr);
  (void)::sendto(packet_.get(), frame.data(), frame.size(), 0, reinterpret_cast<sockaddr*>(&to),
                 sizeof to);
}

void Link::broadcast_request(const Packet& packet) {
  if (!client_.is_open()) return;
  std::vector<Outgoing> outgoing(1);
  outgoing[0].bytes = encode_packet(packet, kLeastLimit).bytes;
  outgoing[0].to = socket_address({0xffffffff}, kServerPort);
  mmsghdr message{};
  fill(message, outgoing[0], listen_.address, index_);
  (void)::sendmmsg(client_.get(), &message, 1, 0);
}

}  // namespace switchyard::pxe::dhcp
