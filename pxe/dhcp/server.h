// The DHCP server: sockets, leases and time around answer(). Two threads: one reads and answers,
// one stores leases and sends what waited for them.
#pragma once

#include "core/clock.h"
#include "core/result.h"
#include "pxe/dhcp/cabling.h"
#include "pxe/dhcp/lease_store.h"
#include "pxe/dhcp/link.h"
#include "pxe/dhcp/settings.h"
#include "pxe/dhcp/sightings.h"

#include <memory>
#include <optional>
#include <vector>

namespace switchyard::pxe::dhcp {

struct ServerOptions {
  std::vector<Listen> listen{};
  Settings settings{};
  std::shared_ptr<const Cabling> cabling{std::make_shared<const Cabling>()};
  std::chrono::seconds probe_interval{60};  // looks for other DHCP servers; 0: never
  // Answers router solicitations on the interfaces, so that nobody waits for a router. Not beside a
  // v6::Server, which answers them itself.
  bool advertise{true};
};

// What happened since the start.
struct Counters {
  std::uint64_t received{};
  std::uint64_t malformed{};
  std::uint64_t unanswered{};
  std::uint64_t offers{};
  std::uint64_t acks{};
  std::uint64_t naks{};
  std::uint64_t overloaded{};  // dropped because too many waited for the database
  std::uint64_t commits{};
  std::uint64_t failed_commits{};
};

// Thread-safe. Store, sightings and clock must outlive it.
class Server {
 public:
  // Loads the leases, opens the sockets and serves. Invalid: settings that make no sense;
  // Unavailable: a socket or the database cannot be had.
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(ServerOptions options,
                                                             LeaseStore& store,
                                                             Sightings& sightings,
                                                             const Clock& clock);
  // Hears nothing more, stores what is still waiting, and stops.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void update(std::shared_ptr<const Cabling> cabling);

  // Who has the address now: how HTTP and TFTP know whom they talk to. Nothing when nobody has it.
  [[nodiscard]] std::optional<Lease> find_lease(Ipv4 address) const;
  [[nodiscard]] std::vector<Lease> list_leases() const;
  [[nodiscard]] Counters counters() const;
  // Of the first of `listen`, where it left the choice to the kernel.
  [[nodiscard]] std::uint16_t port() const;

 private:
  class Engine;
  explicit Server(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

}  // namespace switchyard::pxe::dhcp
