#include "pxe/dhcp/v6/server.h"

#include "core/log.h"
#include "pxe/dhcp/advertiser.h"
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
#include <functional>
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

tl::unexpected<Error> refused(const Listen& listen, const std::string& what) {
  const std::string place =
      listen.interface.empty() ? to_string(to_ip(listen.address)) : listen.interface;
  return failure(Errc::Unavailable, "DHCPv6 on " + place + ": " + what + ": " +
                                        std::error_code(errno, std::generic_category()).message());
}

// The clients of the interface.
Status join(int fd, const Listen& listen) {
  const std::string& interface = listen.interface;
  if (::setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface.data(),
                   static_cast<socklen_t>(interface.size())) != 0)
    return refused(listen, "cannot bind to the interface");
  const ipv6_mreq group{.ipv6mr_multiaddr = kGroup,
                        .ipv6mr_interface = ::if_nametoindex(interface.c_str())};
  if (::setsockopt(fd, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &group, sizeof group) != 0)
    return refused(listen, "cannot join ff02::1:2");
  return {};
}

Result<Descriptor> open_socket(const Listen& listen) {
  Descriptor udp(::socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!udp.is_open()) return refused(listen, "no socket");
  constexpr int kOn = 1;
  (void)::setsockopt(udp.get(), SOL_SOCKET, SO_REUSEADDR, &kOn, sizeof kOn);
  (void)::setsockopt(udp.get(), IPPROTO_IPV6, IPV6_V6ONLY, &kOn, sizeof kOn);
  sockaddr_in6 at{};
  at.sin6_family = AF_INET6;
  at.sin6_port = htons(kServerPort6);
  if (listen.interface.empty())
    std::copy(listen.address.begin(), listen.address.end(), at.sin6_addr.s6_addr);
  else if (const Status joined = join(udp.get(), listen); !joined)
    return tl::unexpected(joined.error());
  if (::bind(udp.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0)
    return refused(listen, "cannot bind port 547");
  return udp;
}

// Of the interface. Without one, of the address: it is only the name we bear in DHCPv6.
Result<MacAddress> mac_of(int fd, const Listen& listen) {
  if (listen.interface.empty()) {
    const Address& at = listen.address;
    return MacAddress{{2, at[11], at[12], at[13], at[14], at[15]}};
  }
  ifreq request{};
  std::copy_n(listen.interface.begin(),
              std::min<std::size_t>(listen.interface.size(), IFNAMSIZ - 1), request.ifr_name);
  if (::ioctl(fd, SIOCGIFHWADDR, &request) != 0) return refused(listen, "no MAC");
  MacAddress mac;
  std::copy_n(request.ifr_hwaddr.sa_data, mac.bytes.size(), mac.bytes.begin());
  return mac;
}

}  // namespace

class Server::Engine {
 public:
  Engine(ServerOptions options, HolderStore& store, Sightings& sightings, const Clock& clock)
      : options_(std::move(options)),
        store_(store),
        sightings_(sightings, clock),
        cabling_(options_.cabling) {}

  ~Engine() {
    io_.stop();
    if (thread_.joinable()) thread_.join();
    for (const auto& watched : watches_)
      watched->release();  // places and advertisers own the sockets
  }

  Status open() {
    const auto stored = store_.load();
    if (!stored) return tl::unexpected(stored.error());
    for (const Given& given : *stored)
      given_.insert_or_assign(given.address, given.holder);
    for (const Listen& listen : options_.listen) {
      auto socket = open_socket(listen);
      if (!socket) return tl::unexpected(socket.error());
      const auto mac = mac_of(socket->get(), listen);
      if (!mac) return tl::unexpected(mac.error());
      const auto& segments = options_.settings.segments;
      const auto found = std::ranges::find(segments, listen.segment, &Segment::name);
      places_.push_back(
          std::make_unique<Place>(Place{.socket = *std::move(socket),
                                        .segment = found == segments.end() ? nullptr : &*found,
                                        .duid = server_duid(*mac)}));
      if (options_.advertise && !listen.interface.empty() && places_.back()->segment != nullptr)
        advertise_on(listen.interface, *mac, places_.back()->segment->prefix);
    }
    return {};
  }

  void run() {
    for (const auto& place : places_)
      watch(place->socket.get(), [this, at = place.get()] { serve(*at); });
    for (const auto& advertiser : advertisers_)
      watch(advertiser->fd(), [at = advertiser.get()] { at->answer(); });
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
    return given == given_.end() ? std::nullopt : std::optional(given->second);
  }

 private:
  using Watch = boost::asio::posix::stream_descriptor;

  void watch(int fd, std::function<void()> on_readable) {
    watches_.push_back(std::make_unique<Watch>(io_, fd));
    watch_again(*watches_.back(), std::move(on_readable));
  }

  void watch_again(Watch& descriptor, std::function<void()> on_readable) {
    descriptor.async_wait(Watch::wait_read, [this, &descriptor, then = std::move(on_readable)](
                                                const boost::system::error_code& error) {
      if (error == boost::asio::error::operation_aborted) return;
      then();
      watch_again(descriptor, then);
    });
  }

  // Without it netboots are slower and Linux knows no way to others of the link; nothing more.
  void advertise_on(const std::string& interface, const MacAddress& mac, const Prefix& prefix) {
    auto advertiser = Advertiser::open(interface, mac, prefix);
    if (!advertiser)
      return log::warning("no router advertisements", {{"error", advertiser.error().message}});
    advertisers_.push_back(*std::move(advertiser));
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
    const Answer said = answer(*received, arrival, {options_.settings, *cabling()});
    for (const Sighting& sighting : said.seen)
      sightings_.note(sighting);
    if (!said.reply || !keep(said.given)) return;
    const Buffer reply = encode_reply(*said.reply, received->hops);
    (void)::sendto(place.socket.get(), reply.data(), reply.size(), 0,
                   reinterpret_cast<const sockaddr*>(&from), sizeof from);
  }

  std::shared_ptr<const Cabling> cabling() const {
    const std::lock_guard lock(mutex_);
    return cabling_;
  }

  // What is not known yet is stored before anybody is told. False: it could not be.
  bool keep(const std::vector<Given>& given) {
    const std::vector<Given> news = news_of(given);
    if (news.empty()) return true;
    if (is_full(news.size())) {
      sightings_.note({.kind = SightingKind::PoolExhausted,
                       .mac = news[0].holder.mac,
                       .port = news[0].holder.port,
                       .detail = "too many machines were given IPv6 addresses"});
      return false;
    }
    if (const Status stored = store_.commit(news); !stored) {
      log::error("DHCPv6 addresses were not stored, none is given",
                 {{"error", stored.error().message}});
      sightings_.note({.kind = SightingKind::StoreFailed, .detail = stored.error().message});
      return false;
    }
    const std::lock_guard lock(mutex_);
    for (const Given& one : news)
      given_.insert_or_assign(one.address, one.holder);
    return true;
  }

  bool is_full(std::size_t more) const {
    const std::lock_guard lock(mutex_);
    return given_.size() + more > kMostKnown;
  }

  std::vector<Given> news_of(const std::vector<Given>& given) const {
    const std::lock_guard lock(mutex_);
    std::vector<Given> news;
    for (const Given& one : given) {
      const auto known = given_.find(one.address);
      if (known == given_.end() || known->second != one.holder) news.push_back(one);
    }
    return news;
  }

  const ServerOptions options_;
  HolderStore& store_;
  Throttle sightings_;
  mutable std::mutex mutex_{};  // the two below
  std::shared_ptr<const Cabling> cabling_;
  std::map<Address, Holder> given_{};
  std::vector<std::unique_ptr<Place>> places_{};
  std::vector<std::unique_ptr<Advertiser>> advertisers_{};
  boost::asio::io_context io_{1};
  std::vector<std::unique_ptr<Watch>> watches_{};
  std::thread thread_{};
};

Server::Server(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}

Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, HolderStore& store,
                                              Sightings& sightings, const Clock& clock) {
  if (const Status checked = check(options.settings); !checked)
    return tl::unexpected(checked.error());
  auto engine = std::make_unique<Engine>(std::move(options), store, sightings, clock);
  if (const Status opened = engine->open(); !opened) return tl::unexpected(opened.error());
  engine->run();
  return std::unique_ptr<Server>(new Server(std::move(engine)));
}

void Server::update(std::shared_ptr<const Cabling> cabling) { engine_->update(std::move(cabling)); }

std::optional<Holder> Server::find_holder(const Address& address) const {
  return engine_->find_holder(address);
}

}  // namespace switchyard::pxe::dhcp::v6
