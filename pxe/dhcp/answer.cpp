#include "pxe/dhcp/answer.h"

#include "pxe/dhcp/exchange.h"

#include <algorithm>

namespace switchyard::pxe::dhcp {
namespace {

const Segment* choose_segment(const Exchange& exchange) {
  const Settings& settings = exchange.view.settings;
  const Packet& packet = exchange.packet;
  if (!packet.giaddr.none()) {
    const auto link = exchange.relay ? exchange.relay->link : std::nullopt;
    return find_segment(settings, link.value_or(packet.giaddr));
  }
  const Segment* const own = packet.ciaddr.none() ? nullptr : find_segment(settings, packet.ciaddr);
  return own != nullptr ? own : find_segment(settings, exchange.arrival.local);
}

// A renewal comes past the relay and names no port: the lease remembers it.
std::optional<PortName> remembered_port(const Exchange& exchange) {
  const Lease* const lease =
      exchange.packet.ciaddr.none() ? nullptr : exchange.view.leases.find(exchange.packet.ciaddr);
  if (lease == nullptr || lease->port.port.empty() || !exchange.owns(*lease)) return std::nullopt;
  return lease->port;
}

bool read_relay(Exchange& exchange) {
  const auto value = exchange.packet.options.find(code::kRelayInfo);
  if (!value || exchange.view.cabling.relay_at(exchange.packet.giaddr) == nullptr) return true;
  auto info = parse_relay_info(*value);
  if (!info) {
    exchange.see(SightingKind::UndecodablePort, exchange.packet.giaddr, info.error().message);
    return false;
  }
  exchange.relay = *std::move(info);
  return true;
}

bool find_identity(Exchange& exchange) {
  auto port = port_of(exchange.packet, exchange.relay, exchange.view.cabling);
  if (!port) {
    exchange.see(SightingKind::UndecodablePort, exchange.packet.giaddr, port.error().message);
    return false;
  }
  if (!*port) port = remembered_port(exchange);
  Identified found = identify(exchange.client, *port, exchange.view.cabling);
  if (found.seen) exchange.answer.seen.push_back(*std::move(found.seen));
  if (!found.identity) return false;
  exchange.identity = *std::move(found.identity);
  return true;
}

// Our policy for those the inventory does not know.
bool is_welcome(Exchange& exchange) {
  if (exchange.identity.machine != nullptr) return true;
  const bool welcome = exchange.view.settings.unknown == UnknownClients::Discover;
  exchange.see(SightingKind::UnknownClient, {},
               welcome ? "an unknown client, given the installer" : "an unknown client, ignored");
  return welcome;
}

}  // namespace

const Lease* Exchange::held() const { return view.leases.find_held(identity.holder, *segment); }

bool Exchange::owns(const Lease& lease) const {
  return lease.mac == client.mac || (!client.id.empty() && lease.client_id == client.id);
}

void Exchange::see(SightingKind kind, Ipv4 address, std::string detail) {
  answer.seen.push_back(
      {.kind = kind,
       .server = identity.machine != nullptr ? identity.machine->server : std::string{},
       .mac = client.mac,
       .port = identity.port,
       .address = address,
       .detail = std::move(detail)});
}

bool understand(Exchange& exchange) {
  auto client = parse_client(exchange.packet);
  if (!client) return false;
  exchange.client = *std::move(client);
  if (!read_relay(exchange)) return false;
  exchange.segment = choose_segment(exchange);
  if (exchange.segment == nullptr) return false;  // a network that is not ours
  return find_identity(exchange) && is_welcome(exchange);
}

Answer answer(const Packet& packet, const Arrival& arrival, const View& view, Timestamp now) {
  const auto type = packet.type();
  if (packet.op != Op::Request || !type) return {};
  Exchange exchange{.packet = packet, .arrival = arrival, .view = view, .now = now};
  if (understand(exchange)) {
    switch (*type) {
      case MessageType::Discover: on_discover(exchange); break;
      case MessageType::Request: on_request(exchange); break;
      case MessageType::Decline: on_decline(exchange); break;
      case MessageType::Release: on_release(exchange); break;
      case MessageType::Inform: on_inform(exchange); break;
      case MessageType::Offer:
      case MessageType::Ack:
      case MessageType::Nak: break;  // a server's words from a client: nothing
    }
  }
  return std::move(exchange.answer);
}

Reply address_reply(Packet reply, const Packet& request, const Arrival& arrival,
                    const std::optional<RelayInfo>& relay) {
  constexpr int kHeaders = 28;  // of IP and UDP, which option 57 counts in
  const int wanted = request.options.u16(code::kMaxSize).value_or(576) - kHeaders;
  Reply addressed{.limit = std::clamp(static_cast<std::size_t>(std::max(wanted, 0)), kLeastLimit,
                                      kEthernetLimit)};
  const bool is_nak = reply.type() == MessageType::Nak;
  addressed.port = kClientPort;
  if (!request.giaddr.none()) {
    addressed.address = request.giaddr;
    addressed.port = relay && relay->reply_to_source_port ? arrival.source_port : kServerPort;
  } else if (is_nak) {
    addressed.delivery = Delivery::Broadcast;
  } else if (!request.ciaddr.none()) {
    addressed.address = request.ciaddr;
  } else if (request.broadcast || reply.yiaddr.none()) {
    addressed.delivery = Delivery::Broadcast;
  } else {
    addressed.delivery = Delivery::ToMac;
    addressed.address = reply.yiaddr;
  }
  addressed.packet = std::move(reply);
  return addressed;
}

}  // namespace switchyard::pxe::dhcp
