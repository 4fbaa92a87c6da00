#include "pxe/dhcp/advertiser.h"

#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace switchyard::pxe::dhcp {
namespace {

constexpr std::uint8_t kAdvertisement = 134, kSourceLinkLayer = 1, kPrefixInformation = 3;
constexpr std::uint8_t kManagedAndOther = 0xc0, kOnLink = 0x80;
constexpr in6_addr kAllNodes{{{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}};
constexpr in6_addr kAllRouters{{{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}}};

template <class T> bool set(int fd, int level, int option, const T& value) {
  return ::setsockopt(fd, level, option, &value, sizeof value) == 0;
}

// Only solicitations come in; what goes out has the hop limit RFC 4861 demands.
bool prepare(int fd, const std::string& interface, unsigned index) {
  icmp6_filter filter{};
  ICMP6_FILTER_SETBLOCKALL(&filter);
  ICMP6_FILTER_SETPASS(ND_ROUTER_SOLICIT, &filter);
  const ipv6_mreq routers{.ipv6mr_multiaddr = kAllRouters, .ipv6mr_interface = index};
  constexpr int kHops = 255;
  return ::setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface.data(),
                      static_cast<socklen_t>(interface.size())) == 0 &&
         set(fd, IPPROTO_ICMPV6, ICMP6_FILTER, filter) &&
         set(fd, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, routers) &&
         set(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, kHops) &&
         set(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, index);
}

// RFC 4861 section 4.6.2: on this link, but no addresses made by the clients themselves.
void put_prefix(Buffer& message, const Prefix& prefix) {
  constexpr std::uint32_t kDay = 86'400;
  message.insert(message.end(), {kPrefixInformation, 4, prefix.length, kOnLink});
  put_u32(message, kDay);  // valid
  put_u32(message, kDay);  // preferred
  put_u32(message, 0);
  message.insert(message.end(), prefix.network.key.begin(), prefix.network.key.end());
}

}  // namespace

Buffer router_advertisement(const MacAddress& ours, const std::optional<Prefix>& managed) {
  Buffer message{kAdvertisement, 0};
  put_u16(message, 0);   // checksum
  message.push_back(0);  // no hop limit to suggest
  message.push_back(managed ? kManagedAndOther : std::uint8_t{0});
  put_u16(message, 0);  // lifetime: not a default router
  put_u32(message, 0);  // reachable time and
  put_u32(message, 0);  // retransmission timer: as they are
  message.push_back(kSourceLinkLayer);
  message.push_back(1);  // in units of eight bytes
  message.insert(message.end(), ours.bytes.begin(), ours.bytes.end());
  if (managed) put_prefix(message, *managed);
  return message;
}

Result<std::unique_ptr<Advertiser>> Advertiser::open(const std::string& interface,
                                                     const MacAddress& ours,
                                                     const std::optional<Prefix>& managed) {
  const unsigned index = ::if_nametoindex(interface.c_str());
  Descriptor socket(::socket(AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMPV6));
  if (!socket.is_open() || !prepare(socket.get(), interface, index))
    return failure(Errc::Unavailable,
                   "router advertisements on " + interface + ": " +
                       std::error_code(errno, std::generic_category()).message());
  return std::unique_ptr<Advertiser>(
      new Advertiser(std::move(socket), index, router_advertisement(ours, managed)));
}

void Advertiser::answer() {
  std::array<std::uint8_t, 256> solicitation{};
  constexpr int kMostAtOnce = 64;
  for (int i = 0; i < kMostAtOnce; ++i)
    if (::recv(socket_.get(), solicitation.data(), solicitation.size(), 0) < 0) break;
  sockaddr_in6 to{};
  to.sin6_family = AF_INET6;
  to.sin6_addr = kAllNodes;
  to.sin6_scope_id = index_;
  (void)::sendto(socket_.get(), message_.data(), message_.size(), 0,
                 reinterpret_cast<const sockaddr*>(&to), sizeof to);
}

}  // namespace switchyard::pxe::dhcp
