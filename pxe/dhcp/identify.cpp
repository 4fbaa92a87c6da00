#include "pxe/dhcp/identify.h"

namespace switchyard::pxe::dhcp {
namespace {

std::string place_of(const Machine& machine) {
  std::string places;
  for (const PortName& port : machine.ports)
    places += (places.empty() ? "" : ", ") + to_string(port);
  return places;
}

// Why the MAC cannot be at this port; empty when it can.
std::string contradiction_of(const PortName& port, const Machine* at_port, const Machine* by_mac) {
  if (by_mac == nullptr || by_mac == at_port) return {};
  if (at_port != nullptr)
    return "the port " + to_string(port) + " is cabled to " + at_port->server + ", the MAC is of " +
           by_mac->server;
  if (by_mac->ports.empty()) return {};  // nobody said where it is cabled
  return "the MAC is of " + by_mac->server + ", which is cabled to " + place_of(*by_mac) +
         ", not to " + to_string(port);
}

Identified identify_at(const Client& client, const PortName& port, const Cabling& cabling) {
  const Machine* const at_port = cabling.at_port(port);
  const Machine* const by_mac = cabling.with_mac(client.mac);
  if (std::string why = contradiction_of(port, at_port, by_mac); !why.empty())
    return {.seen = Sighting{.kind = SightingKind::Contradiction,
                             .server = by_mac->server,
                             .mac = client.mac,
                             .port = port,
                             .detail = std::move(why)}};
  Identified found{.identity = Identity{.port = port,
                                        .machine = at_port != nullptr ? at_port : by_mac,
                                        .holder = holder_of(port, client.mac)}};
  if (at_port != nullptr && by_mac == nullptr && !at_port->macs.empty())
    found.seen = Sighting{.kind = SightingKind::NewMac,
                          .server = at_port->server,
                          .mac = client.mac,
                          .port = port,
                          .detail = "the inventory has another MAC for the server at this port"};
  return found;
}

}  // namespace

Result<std::optional<PortName>> port_of(const Packet& packet, const std::optional<RelayInfo>& info,
                                        const Cabling& cabling) {
  const Relay* const relay = packet.giaddr.none() ? nullptr : cabling.relay_at(packet.giaddr);
  if (relay == nullptr || !info || info->circuit_id.empty()) return std::nullopt;
  const auto port = decode_port(relay->style, info->circuit_id);
  if (!port)
    return tl::unexpected(
        port.error().in("relay " + relay->switch_name + " at " + to_string(packet.giaddr)));
  return PortName{.switch_name = relay->switch_name, .port = *port};
}

Identified identify(const Client& client, const std::optional<PortName>& port,
                    const Cabling& cabling) {
  if (port) return identify_at(client, *port, cabling);
  return {.identity = Identity{.machine = cabling.with_mac(client.mac),
                               .holder = holder_of({}, client.mac)}};
}

}  // namespace switchyard::pxe::dhcp
