#include "pxe/dhcp/server.h"

#include "pxe/dhcp/engine.h"

namespace switchyard::pxe::dhcp {

Server::Server(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}

Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, LeaseStore& store,
                                              Sightings& sightings, const Clock& clock) {
  if (const Status checked = check(options.settings); !checked)
    return tl::unexpected(checked.error());
  auto engine = std::make_unique<Engine>(std::move(options), store, sightings, clock);
  if (const Status opened = engine->open(store); !opened) return tl::unexpected(opened.error());
  engine->run();
  return std::unique_ptr<Server>(new Server(std::move(engine)));
}

void Server::update(std::shared_ptr<const Cabling> cabling) { engine_->update(std::move(cabling)); }

std::optional<Lease> Server::find_lease(Ipv4 address) const { return engine_->find_lease(address); }

std::vector<Lease> Server::list_leases() const { return engine_->list_leases(); }

Counters Server::counters() const { return engine_->counters(); }

std::uint16_t Server::port() const { return engine_->port(); }

}  // namespace switchyard::pxe::dhcp
