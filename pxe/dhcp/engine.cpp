#include "pxe/dhcp/engine.h"

#include "core/log.h"

#include <boost/asio/error.hpp>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <random>

namespace switchyard::pxe::dhcp {
namespace {

// A DISCOVER of ours, to see who else answers. Our own server knows it by its MAC.
Packet make_probe(const MacAddress& mac, std::uint32_t id) {
  Packet probe{.xid = id, .broadcast = true};
  std::copy(mac.bytes.begin(), mac.bytes.end(), probe.chaddr.begin());
  probe.options.set_u8(code::kMessageType, static_cast<std::uint8_t>(MessageType::Discover));
  return probe;
}

}  // namespace

Server::Engine::Engine(ServerOptions options, LeaseStore& store, Sightings& sightings,
                       const Clock& clock)
    : options_(std::move(options)),
      clock_(clock),
      sightings_(sightings, clock),
      cabling_(options_.cabling),
      leases_(options_.settings.segments),
      probe_id_(std::random_device{}()),
      writer_(std::make_unique<Writer>(store,
                                       [this](std::vector<Pending>& batch, const Status& status) {
                                         on_written(batch, status);
                                       })) {}

Server::Engine::~Engine() {
  io_.stop();
  if (thread_.joinable()) thread_.join();
  writer_.reset();
  for (const auto& watched : watches_)
    watched->release();  // the links own the sockets
}

Status Server::Engine::open(LeaseStore& store) {
  const auto stored = store.load();
  if (!stored) return tl::unexpected(stored.error());
  for (const Lease& lease : *stored)
    leases_.put(lease);
  for (const Listen& listen : options_.listen) {
    auto link = Link::open(listen);
    if (!link) return tl::unexpected(link.error());
    links_.push_back(*std::move(link));
  }
  return {};
}

void Server::Engine::run() {
  for (const auto& link : links_) {
    watch(link->server_fd(), [this, at = link.get()] { serve(*at); });
    if (link->client_fd() >= 0)
      watch(link->client_fd(), [this, at = link.get()] { overhear(*at); });
    if (options_.advertise && !link->listen().interface.empty()) advertise_on(*link);
  }
  if (options_.probe_interval.count() > 0) probe_later();
  thread_ = std::thread([this] {
    ::pthread_setname_np(::pthread_self(), "dhcp");
    io_.run();
  });
}

void Server::Engine::watch(int fd, std::function<void()> on_readable) {
  watches_.push_back(std::make_unique<Watch>(io_, fd));
  watch_again(*watches_.back(), std::move(on_readable));
}

void Server::Engine::watch_again(Watch& descriptor, std::function<void()> on_readable) {
  descriptor.async_wait(Watch::wait_read, [this, &descriptor, then = std::move(on_readable)](
                                              const boost::system::error_code& error) {
    if (error == boost::asio::error::operation_aborted) return;
    then();
    watch_again(descriptor, then);
  });
}

void Server::Engine::advertise_on(const Link& link) {
  auto advertiser = Advertiser::open(link.listen().interface, link.mac(), std::nullopt);
  if (!advertiser)  // netboots are slower then, nothing more
    return log::warning("no router advertisements", {{"error", advertiser.error().message}});
  advertisers_.push_back(*std::move(advertiser));
  watch(advertisers_.back()->fd(), [at = advertisers_.back().get()] { at->answer(); });
}

void Server::Engine::serve(Link& link) {
  Round round;
  {
    const std::lock_guard lock(mutex_);
    link.receive(link.server_fd(), [&](const Datagram& datagram) { take(link, datagram, round); });
  }
  finish(link, round);
}

void Server::Engine::take(Link& link, const Datagram& datagram, Round& round) {
  ++counts_.received;
  const auto packet = parse_packet(datagram.bytes);
  if (!packet) {
    ++counts_.malformed;
    return;
  }
  if (packet->giaddr.none() && link.mac() != MacAddress{} && packet->mac() == link.mac()) return;
  Answer said =
      answer(*packet, {.local = link.listen().address, .source_port = datagram.source_port},
             {options_.settings, *cabling_, leases_}, clock_.now());
  if (said.lease) leases_.put(*said.lease);
  if (!said.reply && !said.persist) ++counts_.unanswered;
  if (said.persist) {
    round.pending.push_back({.link = &link,
                             .lease = *std::move(said.lease),
                             .reply = std::move(said.reply),
                             .seen = std::move(said.seen)});
    return;
  }
  if (said.reply) round.replies.push_back(*std::move(said.reply));
  for (const Sighting& sighting : said.seen)
    sightings_.note(sighting);
}

void Server::Engine::finish(Link& link, Round& round) {
  const std::size_t waiting = round.pending.size();
  if (waiting != 0 && !writer_->add(std::move(round.pending))) counts_.overloaded += waiting;
  std::vector<const Reply*> replies;
  for (const Reply& reply : round.replies) {
    count(reply);
    replies.push_back(&reply);
  }
  if (!replies.empty()) link.send(replies);
}

void Server::Engine::on_written(std::vector<Pending>& batch, const Status& status) {
  if (!status) {
    ++counts_.failed_commits;
    log::error("DHCP leases were not stored, nothing is acknowledged",
               {{"leases", std::to_string(batch.size())}, {"error", status.error().message}});
    sightings_.note({.kind = SightingKind::StoreFailed, .detail = status.error().message});
    return;
  }
  ++counts_.commits;
  for (const Pending& pending : batch)
    if (pending.reply) count(*pending.reply);  // before a client can know of it
  for (const auto& link : links_) {
    std::vector<const Reply*> replies;
    for (const Pending& pending : batch)
      if (pending.link == link.get() && pending.reply) replies.push_back(&*pending.reply);
    if (!replies.empty()) link->send(replies);
  }
  for (const Pending& pending : batch) {
    for (const Sighting& sighting : pending.seen)
      sightings_.note(sighting);
  }
}

void Server::Engine::count(const Reply& reply) {
  const auto type = reply.packet.type();
  if (type == MessageType::Offer) ++counts_.offers;
  if (type == MessageType::Ack) ++counts_.acks;
  if (type == MessageType::Nak) ++counts_.naks;
}

bool Server::Engine::is_known_server(Ipv4 server) const {
  const Settings& settings = options_.settings;
  return std::ranges::find(settings.known_servers, server) != settings.known_servers.end() ||
         std::ranges::find(settings.segments, server, &Segment::server) !=
             settings.segments.end() ||
         std::ranges::any_of(
             links_, [server](const auto& link) { return link->listen().address == server; });
}

// Answers of other servers, to our probe or to anybody whose answer is broadcast.
void Server::Engine::overhear(Link& link) {
  link.receive(link.client_fd(), [&](const Datagram& datagram) {
    const auto packet = parse_packet(datagram.bytes);
    if (!packet || packet->op != Op::Reply) return;
    const Ipv4 server = packet->options.ip(code::kServerId).value_or(datagram.source);
    if (is_known_server(server) || is_known_server(datagram.source)) return;
    sightings_.note({.kind = SightingKind::ForeignServer,
                     .mac = packet->mac(),
                     .address = server,
                     .detail = "another DHCP server, " + to_string(server) + ", answers on " +
                               link.listen().interface});
  });
}

void Server::Engine::probe_later() {
  for (const auto& link : links_)
    link->broadcast_request(make_probe(link->mac(), ++probe_id_));
  probe_timer_.expires_after(options_.probe_interval);
  probe_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) probe_later();
  });
}

void Server::Engine::update(std::shared_ptr<const Cabling> cabling) {
  const std::lock_guard lock(mutex_);
  cabling_ = std::move(cabling);
}

std::optional<Lease> Server::Engine::find_lease(Ipv4 address) const {
  const std::lock_guard lock(mutex_);
  const Lease* const lease = leases_.find(address);
  if (lease == nullptr || lease->state != LeaseState::Bound || !is_active(*lease, clock_.now()))
    return std::nullopt;
  return *lease;
}

std::vector<Lease> Server::Engine::list_leases() const {
  const std::lock_guard lock(mutex_);
  return leases_.list();
}

Counters Server::Engine::counters() const {
  return {.received = counts_.received,
          .malformed = counts_.malformed,
          .unanswered = counts_.unanswered,
          .offers = counts_.offers,
          .acks = counts_.acks,
          .naks = counts_.naks,
          .overloaded = counts_.overloaded,
          .commits = counts_.commits,
          .failed_commits = counts_.failed_commits};
}

}  // namespace switchyard::pxe::dhcp
