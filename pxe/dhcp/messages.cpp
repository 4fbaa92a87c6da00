// What to do about each message of a client (RFC 2131 sections 4.3.1 to 4.3.5).
#include "pxe/dhcp/exchange.h"

#include <algorithm>

namespace switchyard::pxe::dhcp {
namespace {

// RFC 2131 section 4.3.1: what it has, else what it asks for, else any.
std::optional<Ipv4> choose_address(const Exchange& exchange) {
  const Segment& segment = *exchange.segment;
  const LeaseTable& leases = exchange.view.leases;
  const std::string& holder = exchange.identity.holder;
  const Lease* const held = exchange.held();
  if (held != nullptr && leases.is_available(held->address, holder, segment, exchange.now))
    return held->address;
  const auto wished = exchange.packet.options.ip(code::kRequestedAddress);
  if (wished && leases.find(*wished) == nullptr &&
      leases.is_available(*wished, holder, segment, exchange.now))
    return wished;
  return leases.find_free(segment, exchange.now);
}

// What the holder has at this address, or a new lease of it.
Lease lease_of(const Exchange& exchange, Ipv4 address) {
  const Lease* const held = exchange.held();
  if (held != nullptr && held->address == address) return *held;
  return {.address = address,
          .port = exchange.identity.port,
          .mac = exchange.client.mac,
          .client_id = exchange.client.id,
          .expires = exchange.now};
}

bool is_ours(const Exchange& exchange, Ipv4 server) {
  if (exchange.relay && exchange.relay->server_id == server) return true;
  const auto& segments = exchange.view.settings.segments;
  return server == exchange.arrival.local ||
         std::ranges::find(segments, server, &Segment::server) != segments.end();
}

// The client took another server's offer: ours is void, and that server is worth a look.
void yield_to(Exchange& exchange, Ipv4 server) {
  const auto& known = exchange.view.settings.known_servers;
  if (std::ranges::find(known, server) == known.end())
    exchange.see(SightingKind::ForeignServer, server,
                 "a client took the offer of another DHCP server, " + to_string(server));
  const Lease* const held = exchange.held();
  if (held == nullptr || held->state != LeaseState::Offered) return;
  exchange.answer.lease = *held;
  exchange.answer.lease->state = LeaseState::Free;
  exchange.answer.lease->expires = exchange.now;
}

// Whether this client may have (or keep) the address: its own lease, or one that is free and its
// holder has no other. An offer of ours that a restart forgot is honoured this way.
bool may_have(const Exchange& exchange, Ipv4 address) {
  const Lease* const held = exchange.held();
  if (held != nullptr && is_active(*held, exchange.now) && held->address != address) return false;
  return exchange.view.leases.is_available(address, exchange.identity.holder, *exchange.segment,
                                           exchange.now);
}

void on_selecting(Exchange& exchange, Ipv4 server) {
  if (!is_ours(exchange, server)) return yield_to(exchange, server);
  const auto wished = exchange.packet.options.ip(code::kRequestedAddress);
  const Ipv4 address = wished.value_or(exchange.packet.ciaddr);
  if (may_have(exchange, address)) return acknowledge(exchange, lease_of(exchange, address));
  refuse(exchange, "that address is not yours here");
}

// A client that believes to have an address: INIT-REBOOT, RENEWING or REBINDING.
void on_confirming(Exchange& exchange, Ipv4 address) {
  const Lease* const held = exchange.held();
  if (held != nullptr && held->address == address && may_have(exchange, address))
    return acknowledge(exchange, *held);
  // Silence where another server may know better (RFC 2131 section 4.3.2).
  const bool knows_better = held != nullptr && is_active(*held, exchange.now);
  if (knows_better || exchange.view.settings.authoritative)
    refuse(exchange, in_subnet(*exchange.segment, address) ? "no such lease" : "wrong network");
}

}  // namespace

void on_discover(Exchange& exchange) {
  const auto address = choose_address(exchange);
  if (!address)
    return exchange.see(SightingKind::PoolExhausted, {},
                        "no free address in segment " + exchange.segment->name);
  Lease lease = lease_of(exchange, *address);
  if (!is_active(lease, exchange.now) || lease.state == LeaseState::Offered) {
    lease.state = LeaseState::Offered;
    lease.mac = exchange.client.mac;
    lease.client_id = exchange.client.id;
    lease.expires = exchange.now + exchange.view.settings.offer_time;
    exchange.answer.lease = lease;
  }
  offer(exchange, lease);
}

void on_request(Exchange& exchange) {
  const Packet& packet = exchange.packet;
  if (const auto server = packet.options.ip(code::kServerId))
    return on_selecting(exchange, *server);
  const Ipv4 address = packet.ciaddr.none()
                           ? packet.options.ip(code::kRequestedAddress).value_or(Ipv4{})
                           : packet.ciaddr;
  if (!address.none()) on_confirming(exchange, address);
}

void on_decline(Exchange& exchange) {
  const auto address = exchange.packet.options.ip(code::kRequestedAddress);
  const Lease* const held = exchange.held();
  if (!address || held == nullptr || held->address != *address) return;
  if (exchange.view.leases.count_declined(exchange.identity.holder, exchange.now) >=
      exchange.view.settings.declines_a_holder)
    return exchange.see(SightingKind::AddressDeclined, *address,
                        "the client declines one address after the other, not set aside");
  exchange.answer.lease = *held;
  exchange.answer.lease->state = LeaseState::Declined;
  exchange.answer.lease->expires = exchange.now + exchange.view.settings.quarantine;
  exchange.answer.persist = true;
  exchange.see(SightingKind::AddressDeclined, *address,
               "somebody else uses " + to_string(*address) + ", says the client");
}

void on_release(Exchange& exchange) {
  const Lease* const lease = exchange.view.leases.find(exchange.packet.ciaddr);
  if (lease == nullptr || holder_of(*lease) != exchange.identity.holder || !exchange.owns(*lease) ||
      !is_active(*lease, exchange.now))
    return;
  exchange.answer.lease = *lease;
  exchange.answer.lease->state = LeaseState::Free;
  exchange.answer.lease->expires = exchange.now;
  exchange.answer.persist = true;
}

void on_inform(Exchange& exchange) {
  if (!exchange.packet.ciaddr.none()) inform(exchange);
}

}  // namespace switchyard::pxe::dhcp
