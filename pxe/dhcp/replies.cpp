// The replies of the server with the lease each leaves behind.
#include "pxe/dhcp/exchange.h"

namespace switchyard::pxe::dhcp {
namespace {

Grounds grounds_of(const Exchange& exchange) {
  return {.request = exchange.packet,
          .client = exchange.client,
          .segment = *exchange.segment,
          .settings = exchange.view.settings,
          .relay = exchange.relay};
}

void send(Exchange& exchange, Packet reply) {
  exchange.answer.reply =
      address_reply(std::move(reply), exchange.packet, exchange.arrival, exchange.relay);
}

std::optional<BootFile> boot_for(const Exchange& exchange) {
  const BootSettings& boot = exchange.view.settings.boot;
  return choose_boot(exchange.client, secure_boot_of(exchange.identity.machine, boot), boot,
                     exchange.segment->server);
}

// Firmware that fetches loader after loader never gets anywhere: without a boot file it goes on to
// its next boot device, and somebody is told.
bool is_looping(const Exchange& exchange, const Lease& lease) {
  const Settings& settings = exchange.view.settings;
  return lease.loaders >= settings.loaders_a_window &&
         exchange.now - lease.loaders_since < settings.loader_window;
}

void count_loader(const Exchange& exchange, Lease& lease) {
  if (exchange.now - lease.loaders_since >= exchange.view.settings.loader_window) {
    lease.loaders = 0;
    lease.loaders_since = exchange.now;
  }
  ++lease.loaders;
}

std::string served_text(const Exchange& exchange, const std::optional<BootFile>& boot) {
  std::string text = exchange.client.ipxe ? "iPXE" : printable(exchange.client.vendor_class);
  if (exchange.client.arch != nullptr)
    text += (text.empty() ? "" : ", ") + std::string{exchange.client.arch->name};
  if (boot) text += (text.empty() ? "" : ", ") + boot->name;
  return text;
}

}  // namespace

void offer(Exchange& exchange, const Lease& lease) {
  auto boot = boot_for(exchange);
  if (boot && boot->is_loader && is_looping(exchange, lease)) boot.reset();
  send(exchange, compose_lease(grounds_of(exchange), MessageType::Offer, lease.address, boot));
}

void acknowledge(Exchange& exchange, Lease lease) {
  auto boot = boot_for(exchange);
  if (boot && boot->is_loader) {
    if (is_looping(exchange, lease)) {
      exchange.see(SightingKind::BootLoop, lease.address,
                   "fetched " + std::to_string(lease.loaders) + " boot loaders, no more for now");
      boot.reset();
    } else {
      count_loader(exchange, lease);
    }
  }
  const bool is_new = exchange.packet.ciaddr.none();
  lease.state = LeaseState::Bound;
  lease.port = exchange.identity.port;
  lease.mac = exchange.client.mac;
  lease.client_id = exchange.client.id;
  lease.expires = exchange.now + exchange.view.settings.lease_time;
  if (is_new) exchange.see(SightingKind::AddressServed, lease.address, served_text(exchange, boot));
  send(exchange, compose_lease(grounds_of(exchange), MessageType::Ack, lease.address, boot));
  exchange.answer.lease = std::move(lease);
  exchange.answer.persist = true;
}

void refuse(Exchange& exchange, std::string_view why) {
  send(exchange, compose_nak(grounds_of(exchange), why));
}

void inform(Exchange& exchange) {
  send(exchange, compose_lease(grounds_of(exchange), MessageType::Ack, {}, boot_for(exchange)));
}

}  // namespace switchyard::pxe::dhcp
