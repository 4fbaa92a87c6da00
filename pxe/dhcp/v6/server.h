// The DHCPv6 server: one socket an interface around answer(). One thread; nothing to store.
#pragma once

#include "core/clock.h"
#include "pxe/dhcp/v6/answer.h"

#include <memory>

namespace switchyard::pxe::dhcp::v6 {

struct Listen {
  std::string interface {};
  std::string segment{};  // of clients that come without a relay; empty: none do
};

struct ServerOptions {
  std::vector<Listen> listen{};
  Settings settings{};
  std::shared_ptr<const Cabling> cabling{std::make_shared<const Cabling>()};
};

// Thread-safe. Sightings and clock must outlive it.
class Server {
 public:
  // Invalid: settings that make no sense; Unavailable: a socket cannot be had.
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(ServerOptions options,
                                                             Sightings& sightings,
                                                             const Clock& clock);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void update(std::shared_ptr<const Cabling> cabling);

  // Who was given the address, or, after a restart, who of the inventory it belongs to.
  [[nodiscard]] std::optional<Holder> find_holder(const Address& address) const;

 private:
  class Engine;
  explicit Server(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

}  // namespace switchyard::pxe::dhcp::v6
