#include "pxe/dhcp/cabling.h"

namespace switchyard::pxe::dhcp {
namespace {

template <class Map, class Key> auto find_in(const Map& map, const Key& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : found->second;
}

tl::unexpected<Error> claimed_twice(const std::string& thing, const std::string& first,
                                    const std::string& second) {
  return failure(Errc::Conflict, thing + " is claimed by " + first + " and by " + second);
}

}  // namespace

std::string to_string(const PortName& port) { return port.switch_name + "/" + port.port; }

SecureBoot secure_boot_of(const Machine* machine, const BootSettings& settings) {
  return machine != nullptr ? machine->secure_boot : settings.unknown;
}

Result<std::shared_ptr<const Cabling>> Cabling::make(std::vector<Machine> machines,
                                                     std::vector<Relay> relays) {
  auto cabling = std::make_shared<Cabling>();
  cabling->machines_ = std::move(machines);
  cabling->relays_ = std::move(relays);
  if (const Status indexed = cabling->index(); !indexed) return tl::unexpected(indexed.error());
  return cabling;
}

Status Cabling::index() {
  for (const Machine& machine : machines_)
    if (Status indexed = index(machine); !indexed) return indexed;
  for (const Relay& relay : relays_)
    if (Status indexed = index(relay); !indexed) return indexed;
  return {};
}

Status Cabling::index(const Machine& machine) {
  for (const PortName& port : machine.ports) {
    const auto [other, added] = by_port_.emplace(port, &machine);
    if (!added)
      return claimed_twice("port " + to_string(port), other->second->server, machine.server);
  }
  for (const MacAddress& mac : machine.macs) {
    const auto [other, added] = by_mac_.emplace(mac, &machine);
    if (!added)
      return claimed_twice("MAC " + to_string(mac), other->second->server, machine.server);
  }
  return {};
}

Status Cabling::index(const Relay& relay) {
  std::vector<IpAddress> addresses = relay.v6_addresses;
  for (const Ipv4 address : relay.addresses)
    addresses.push_back(to_ip(address));
  for (const IpAddress& address : addresses)
    if (const auto [other, added] = by_address_.emplace(address, &relay); !added)
      return claimed_twice("relay address " + to_string(address), other->second->switch_name,
                           relay.switch_name);
  return {};
}

const Machine* Cabling::at_port(const PortName& port) const { return find_in(by_port_, port); }

const Machine* Cabling::with_mac(const MacAddress& mac) const { return find_in(by_mac_, mac); }

const Relay* Cabling::relay_at(const IpAddress& address) const {
  return find_in(by_address_, address);
}

}  // namespace switchyard::pxe::dhcp
