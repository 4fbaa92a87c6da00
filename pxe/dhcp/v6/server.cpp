#include "pxe/dhcp/v6/server.h"

#include "pxe/dhcp/link.h"
#include "pxe/dhcp/throttle.h"

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <net/if.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>

namespace switchyard::pxe::dhcp::v6 {
namespace {

constexpr std::uint16_t kServerPort6 = 547;
constexpr std::size_t kMostKnown = 100'000;
// All_DHCP_Relay_Agents_and_Servers, ff02::1:2
constexpr in6_addr kGroup{{{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2}}};

struct Place {
  Descriptor socket{};
  const Segment* segment{};
  Buffer duid{};
};

tl::unexpected<Error> refused(const std::string& interface, const std::string& what) {
  return failure(Errc::Unavailable, "DHCPv6 on " + interface + ": " + what + ": " +
                                        std::error_code(errno, std::generic_category()).message());
}

Result<Descriptor> open_socket(const std::string& interface) {
  Descriptor udp(::socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!udp.is_open()) return refused(interface, "no socket");
  constexpr int kOn = 1;
  (void)::setsockopt(udp.get(), SOL_SOCKET, SO_REUSEADDR, &kOn, sizeof kOn);
  (void)::setsockopt(udp.get(), IPPROTO_IPV6, IPV6_V6ONLY, &kOn, sizeof kOn);
  if (::setsockopt(udp.get(), SOL_SOCKET, SO_BINDTODEVICE, interface.data(),
                   static_cast<socklen_t>(interface.size())) != 0)
    return refused(interface, "cannot bind to the interface");
  sockaddr_in6 at{};
  at.sin6_family = AF_INET6;
  at.sin6_port = htons(kServerPort6);
  if (::bind(udp.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0)
    return refused(interface, "cannot bind port 547");
  const ipv6_mreq group{.ipv6mr_multiaddr = kGroup,
                        .ipv6mr_interface = ::if_nametoindex(interface.c_str())};
  if (::setsockopt(udp.get(), IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &group, sizeof group) != 0)
    return refused(interface, "cannot join ff02::1:2");
  return udp;
}

Result<MacAddress> mac_of(int fd, const std::string& interface) {
  ifreq request{};
  std::copy_n(interface.begin(), std::min<std::size_t>(interface.size(), IFNAMSIZ - 1),
              request.ifr_name);
  if (::ioctl(fd, SIOCGIFHWADDR, &request) != 0) return refused(interface, "no MAC");
  MacAddress mac;
  std::copy_n(request.ifr_hwaddr.sa_data, mac.bytes.size(), mac.bytes.begin());
  return mac;
}

}  // namespace

class Server::Engine {
 public:
  Engine(ServerOptions options, Sightings& sightings, const Clock& clock)
      : options_(std::move(options)), sightings_(sightings, clock), cabling_(options_.cabling) {}

  ~Engine() {
    io_.stop();
    if (thread_.joinable()) thread_.join();
    for (const auto& watched : watches_)
      watched->release();  // the places own the sockets
  }

  Status open() {
    for (const Listen& listen : options_.listen) {
      auto socket = open_socket(listen.interface);
      if (!socket) return tl::unexpected(socket.error());
      const auto mac = mac_of(socket->get(), listen.interface);
      if (!mac) return tl::unexpected(mac.error());
      const auto& segments = options_.settings.segments;
      const auto found = std::ranges::find(segments, listen.segment, &Segment::name);
      places_.push_back(
          std::make_unique<Place>(Place{.socket = *std::move(socket),
                                        .segment = found == segments.end() ? nullptr : &*found,
                                        .duid = server_duid(*mac)}));
    }
    return {};
  }

  void run() {
    for (const auto& place : places_) {
      watches_.push_back(std::make_unique<Watch>(io_, place->socket.get()));
      watch(*watches_.back(), *place);
    }
    thread_ = std::thread([this] {
      ::pthread_setname_np(::pthread_self(), "dhcpv6");
      io_.run();
    });
  }

  void update(std::shared_ptr<const Cabling> cabling) {
    const std::lock_guard lock(mutex_);
    cabling_ = std::move(cabling);
  }

  std::optional<Holder> find_holder(const Address& address) const {
    const std::lock_guard lock(mutex_);
    const auto given = given_.find(address);
    if (given != given_.end()) return given->second;
    return find_owner(address, {options_.settings, *cabling_});
  }

 private:
  using Watch = boost::asio::posix::stream_descriptor;

  void watch(Watch& descriptor, Place& place) {
    descriptor.async_wait(Watch::wait_read,
                          [this, &descriptor, &place](const boost::system::error_code& error) {
                            if (error == boost::asio::error::operation_aborted) return;
                            serve(place);
                            watch(descriptor, place);
                          });
  }

  void serve(Place& place) {
    constexpr int kMostAtOnce = 256;
    std::array<std::uint8_t, 4096> buffer{};
    for (int i = 0; i < kMostAtOnce; ++i) {
      sockaddr_in6 from{};
      socklen_t size = sizeof from;
      const auto length = ::recvfrom(place.socket.get(), buffer.data(), buffer.size(), 0,
                                     reinterpret_cast<sockaddr*>(&from), &size);
      if (length < 0) return;
      take(place, Bytes{buffer}.first(static_cast<std::size_t>(length)), from);
    }
  }

  void take(Place& place, Bytes datagram, const sockaddr_in6& from) {
    const auto received = parse_datagram(datagram);
    if (!received) return;
    Arrival arrival{.segment = place.segment, .server_duid = place.duid};
    std::copy_n(from.sin6_addr.s6_addr, arrival.source.size(), arrival.source.begin());
    Answer said;
    {
      const std::lock_guard lock(mutex_);
      said = answer(*received, arrival, {options_.settings, *cabling_});
      if (given_.size() > kMostKnown) given_.clear();  // the inventory's are computed again
      for (const Given& given : said.given)
        given_.insert_or_assign(given.address, given.holder);
    }
    for (const Sighting& sighting : said.seen)
      sightings_.note(sighting);
    if (!said.reply) return;
    const Buffer reply = encode_reply(*said.reply, received->hops);
    (void)::sendto(place.socket.get(), reply.data(), reply.size(), 0,
                   reinterpret_cast<const sockaddr*>(&from), sizeof from);
  }

  const ServerOptions options_;
  Throttle sightings_;
  mutable std::mutex mutex_{};  // the two below
  std::shared_ptr<const Cabling> cabling_;
  std::map<Address, Holder> given_{};
  std::vector<std::unique_ptr<Place>> places_{};
  boost::asio::io_context io_{1};
  std::vector<std::unique_ptr<Watch>> watches_{};
  std::thread thread_{};
};

Server::Server(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}

Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, Sightings& sightings,
                                              const Clock& clock) {
  if (const Status checked = check(options.settings); !checked)
    return tl::unexpected(checked.error());
  auto engine = std::make_unique<Engine>(std::move(options), sightings, clock);
  if (const Status opened = engine->open(); !opened) return tl::unexpected(opened.error());
  engine->run();
  return std::unique_ptr<Server>(new Server(std::move(engine)));
}

void Server::update(std::shared_ptr<const Cabling> cabling) { engine_->update(std::move(cabling)); }

std::optional<Holder> Server::find_holder(const Address& address) const {
  return engine_->find_holder(address);
}

}  // namespace switchyard::pxe::dhcp::v6
