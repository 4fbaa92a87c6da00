// The server over a socket on loopback: what reaches the store before the client hears of it.
#include "pxe/dhcp/server.h"

#include "tests/fakes/fake_clock.h"
#include "tests/pxe/dhcp/site.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <condition_variable>

namespace switchyard::pxe::dhcp {
namespace {

// A relay on loopback, at a port of its own (RFC 8357), so that no test needs port 67.
class LoopbackRelay {
 public:
  LoopbackRelay() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at = loopback(0);
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
    socklen_t size = sizeof at;
    EXPECT_EQ(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&at), &size), 0);
    port_ = ntohs(at.sin_port);
  }

  void send(const Message& message, std::uint16_t to) {
    Message relayed = message;
    relayed.relay = v4("127.0.0.1");
    if (relayed.relay_info.empty()) relayed.relay_info = circuit("swp1");
    relayed.relay_info.insert(relayed.relay_info.end(), {19, 0});
    const Buffer bytes = encode_packet(packet_of(relayed), kEthernetLimit).bytes;
    const sockaddr_in at = loopback(to);
    EXPECT_GT(::sendto(socket_.get(), bytes.data(), bytes.size(), 0,
                       reinterpret_cast<const sockaddr*>(&at), sizeof at),
              0);
  }

  // Nothing after `wait`.
  std::optional<Packet> receive(std::chrono::milliseconds wait) {
    pollfd ready{.fd = socket_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&ready, 1, static_cast<int>(wait.count())) != 1) return std::nullopt;
    Buffer bytes(2048);
    const auto size = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
    return good(parse_packet(Bytes{bytes}.first(static_cast<std::size_t>(size))));
  }

 private:
  static sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return at;
  }

  Descriptor socket_;
  std::uint16_t port_{};
};

// A store whose commits end when and how the test says.
class GatedStore final : public LeaseStore {
 public:
  Result<std::vector<Lease>> load() override { return kept_; }

  Status commit(std::span<const Lease> leases) override {
    std::unique_lock lock(mutex_);
    ++begun_;
    change_.notify_all();
    change_.wait_for(lock, std::chrono::seconds{20}, [this] { return open_; });
    if (failing_) return failure(Errc::Unavailable, "disk full");
    kept_.insert(kept_.end(), leases.begin(), leases.end());
    return {};
  }

  void await_commits(int count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(change_.wait_for(lock, std::chrono::seconds{20}, [&] { return begun_ >= count; }));
  }

  void let_through() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    change_.notify_all();
  }

  void fail_all() {
    const std::lock_guard lock(mutex_);
    failing_ = true;
    open_ = true;
    change_.notify_all();
  }

  std::vector<Lease> kept() {
    const std::lock_guard lock(mutex_);
    return kept_;
  }

 private:
  std::mutex mutex_{};
  bool open_{};
  std::condition_variable change_{};
  std::vector<Lease> kept_{};
  bool failing_{};
  int begun_{};
};

class Seen final : public Sightings {
 public:
  void note(const Sighting& sighting) override {
    const std::lock_guard lock(mutex_);
    seen_.push_back(sighting);
    change_.notify_all();
  }

  bool await(SightingKind kind) {
    std::unique_lock lock(mutex_);
    return change_.wait_for(lock, std::chrono::seconds{20}, [&] {
      return std::ranges::find(seen_, kind, &Sighting::kind) != seen_.end();
    });
  }

  std::size_t count(SightingKind kind) {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::ranges::count(seen_, kind, &Sighting::kind));
  }

 private:
  std::mutex mutex_{};
  std::condition_variable change_{};
  std::vector<Sighting> seen_{};
};

constexpr std::chrono::seconds kLong{20};
constexpr std::chrono::milliseconds kShort{50};

class DhcpServer : public DhcpSite {
 protected:
  DhcpServer() {
    settings_.segments[0].prefix = good(parse_prefix("127.0.0.0/8"));
    settings_.segments[0].first = v4("127.1.0.1");
    settings_.segments[0].last = v4("127.1.0.200");
    settings_.segments[0].router = {};
    cabling_ = good(Cabling::make(
        {{.server = "web1", .macs = {kWeb1}, .ports = {{"tor1", "swp1"}}},
         {.server = "web2", .macs = {kWeb2}, .ports = {{"tor1", "swp2"}}}},
        {{.switch_name = "tor1", .addresses = {v4("127.0.0.1")}, .style = CircuitStyle::Plain}}));
    server_ = good(Server::start({.listen = {{.address = v4("127.0.0.1"), .port = 0}},
                                  .settings = settings_,
                                  .cabling = cabling_,
                                  .probe_interval = {}},
                                 store_, seen_, clock_));
  }

  void send(const Message& message) { relay_.send(message, server_->port()); }

  Message request() {
    send({});
    const auto offer = relay_.receive(kLong);
    return {.type = MessageType::Request,
            .requested = offer ? to_string(offer->yiaddr) : "0.0.0.0",
            .server = to_string(kServer)};
  }

  GatedStore store_{};
  Seen seen_{};
  fakes::FakeClock clock_{};
  LoopbackRelay relay_{};
  std::unique_ptr<Server> server_{};
};

TEST_F(DhcpServer, AcknowledgesNothingBeforeItIsStored) {
  send(request());
  store_.await_commits(1);
  EXPECT_FALSE(relay_.receive(kShort));
  store_.let_through();
  const auto acknowledged = relay_.receive(kLong);
  ASSERT_TRUE(acknowledged);
  EXPECT_EQ(acknowledged->type(), MessageType::Ack);
  ASSERT_EQ(store_.kept().size(), 1U);
  EXPECT_EQ(store_.kept()[0].address, acknowledged->yiaddr);
}

TEST_F(DhcpServer, AnswersOthersWhileABatchIsBeingStored) {
  send(request());
  store_.await_commits(1);
  send({.from = kWeb2, .relay_info = circuit("swp2")});
  const auto offer = relay_.receive(kLong);
  ASSERT_TRUE(offer);
  EXPECT_EQ(offer->type(), MessageType::Offer);
  store_.let_through();
}

TEST_F(DhcpServer, AcknowledgesNothingThatCouldNotBeStoredAndTellsOfIt) {
  send(request());
  store_.await_commits(1);
  store_.fail_all();
  EXPECT_TRUE(seen_.await(SightingKind::StoreFailed));
  EXPECT_FALSE(relay_.receive(kShort));
  EXPECT_EQ(server_->counters().failed_commits, 1U);
}

TEST_F(DhcpServer, KnowsWhoHasAnAddressForAsLongAsTheLeaseLasts) {
  store_.let_through();
  send(request());
  const auto acknowledged = relay_.receive(kLong);
  ASSERT_TRUE(acknowledged);
  const auto lease = server_->find_lease(acknowledged->yiaddr);
  ASSERT_TRUE(lease);
  EXPECT_EQ(to_string(lease->port), "tor1/swp1");
  clock_.advance(std::chrono::hours{2});
  EXPECT_FALSE(server_->find_lease(acknowledged->yiaddr));
}

TEST_F(DhcpServer, RemembersItsLeasesAfterARestart) {
  store_.let_through();
  send(request());
  const auto acknowledged = relay_.receive(kLong);
  ASSERT_TRUE(acknowledged);
  server_.reset();
  server_ = good(Server::start({.listen = {{.address = v4("127.0.0.1"), .port = 0}},
                                .settings = settings_,
                                .cabling = cabling_,
                                .probe_interval = {}},
                               store_, seen_, clock_));
  EXPECT_TRUE(server_->find_lease(acknowledged->yiaddr));
}

TEST_F(DhcpServer, TellsOfTheSameThingOnceAMinute) {
  for (int i = 0; i < 5; ++i) {
    send({.from = kWeb1, .relay_info = circuit("swp2")});  // a contradiction
    send({});
    ASSERT_TRUE(relay_.receive(kLong));
  }
  EXPECT_EQ(seen_.count(SightingKind::Contradiction), 1U);
  clock_.advance(std::chrono::seconds{61});
  send({.from = kWeb1, .relay_info = circuit("swp2")});
  send({});
  ASSERT_TRUE(relay_.receive(kLong));
  EXPECT_EQ(seen_.count(SightingKind::Contradiction), 2U);
}

TEST_F(DhcpServer, WorksWithTheCablingOfTheMoment) {
  server_->update(good(Cabling::make(
      {},
      {{.switch_name = "tor1", .addresses = {v4("127.0.0.1")}, .style = CircuitStyle::Plain}})));
  send({});
  EXPECT_TRUE(seen_.await(SightingKind::UnknownClient));
}

TEST_F(DhcpServer, SurvivesWhatIsNoDhcp) {
  send({.type = MessageType::Offer});
  send({.from = mac("ff:ff:ff:ff:ff:ff")});
  send({});
  EXPECT_TRUE(relay_.receive(kLong));
  EXPECT_EQ(server_->counters().unanswered, 2U);
}

}  // namespace
}  // namespace switchyard::pxe::dhcp
