// What is behind Server. Internal to pxe/dhcp.
#pragma once

#include "pxe/dhcp/advertiser.h"
#include "pxe/dhcp/answer.h"
#include "pxe/dhcp/server.h"
#include "pxe/dhcp/throttle.h"
#include "pxe/dhcp/writer.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <mutex>
#include <thread>

namespace switchyard::pxe::dhcp {

class Server::Engine {
 public:
  Engine(ServerOptions options, LeaseStore& store, Sightings& sightings, const Clock& clock);
  ~Engine();
  Status open(LeaseStore& store);
  void run();

  void update(std::shared_ptr<const Cabling> cabling);
  [[nodiscard]] std::optional<Lease> find_lease(Ipv4 address) const;
  [[nodiscard]] std::vector<Lease> list_leases() const;
  [[nodiscard]] Counters counters() const;

  [[nodiscard]] std::uint16_t port() const { return links_.at(0)->listen().port; }

 private:
  using Watch = boost::asio::posix::stream_descriptor;
  using Count = std::atomic<std::uint64_t>;

  // What one round of reading leaves to be done.
  struct Round {
    std::vector<Reply> replies{};  // go out at once: nothing in them must survive
    std::vector<Pending> pending{};
  };

  void watch(int fd, std::function<void()> on_readable);
  void watch_again(Watch& descriptor, std::function<void()> on_readable);
  void advertise_on(const Link& link);
  void serve(Link& link);
  void overhear(Link& link);
  void take(Link& link, const Datagram& datagram, Round& round);
  void finish(Link& link, Round& round);
  void on_written(std::vector<Pending>& batch, const Status& status);
  void count(const Reply& reply);
  void probe_later();
  [[nodiscard]] bool is_known_server(Ipv4 server) const;

  const ServerOptions options_;
  const Clock& clock_;
  Throttle sightings_;

  mutable std::mutex mutex_{};  // the two below
  std::shared_ptr<const Cabling> cabling_;
  LeaseTable leases_;

  struct {
    Count received{}, malformed{}, unanswered{}, offers{}, acks{}, naks{}, overloaded{}, commits{},
        failed_commits{};
  } counts_{};

  std::vector<std::unique_ptr<Link>> links_{};
  std::vector<std::unique_ptr<Advertiser>> advertisers_{};
  boost::asio::io_context io_{1};
  std::vector<std::unique_ptr<Watch>> watches_{};
  boost::asio::steady_timer probe_timer_{io_};
  std::uint32_t probe_id_{};
  std::unique_ptr<Writer> writer_{};
  std::thread thread_{};
};

}  // namespace switchyard::pxe::dhcp
