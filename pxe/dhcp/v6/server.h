// The DHCPv6 server: sockets, router advertisements and a store of holders around answer(). One
// thread, which waits for the store when somebody gets an address for the first time.
#pragma once

#include "core/clock.h"
#include "pxe/dhcp/v6/holder_store.h"

#include <memory>

namespace switchyard::pxe::dhcp::v6 {

struct Listen {
  std::string interface {};  // empty: only what relays send to `address`
  std::string segment{};     // of clients that come without a relay; empty: none do
  Address address{};         // ours there; heard where there is no interface
};

struct ServerOptions {
  std::vector<Listen> listen{};
  Settings settings{};
  std::shared_ptr<const Cabling> cabling{std::make_shared<const Cabling>()};
  // Answers router solicitations on the interfaces that have a segment.
  bool advertise{true};
};

// Thread-safe. Store, sightings and clock must outlive it.
class Server {
 public:
  // Invalid: settings that make no sense; Unavailable: a socket or the store cannot be had.
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(ServerOptions options,
                                                             HolderStore& store,
                                                             Sightings& sightings,
                                                             const Clock& clock);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void update(std::shared_ptr<const Cabling> cabling);

  // Who was given the address: how HTTP and TFTP know whom they talk to. Nothing when nobody was.
  [[nodiscard]] std::optional<Holder> find_holder(const Address& address) const;

 private:
  class Engine;
  explicit Server(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

}  // namespace switchyard::pxe::dhcp::v6
