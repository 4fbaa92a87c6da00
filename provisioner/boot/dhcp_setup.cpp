#include "provisioner/boot/dhcp_setup.h"

#include "provisioner/boot/boot_script.h"

#include <algorithm>

namespace switchyard::provisioner {

namespace dhcp = pxe::dhcp;

namespace {

using Relay = Config::Boot::Relay;

// The subnet of the interface; there is none where servers are heard through relays only.
bool has_own_segment(const Config::Boot& boot) {
  return !boot.interface_name.empty() ||
         std::ranges::any_of(boot.relays, [](const Relay& relay) { return !relay.subnet; });
}

dhcp::Segment own_segment(const Config::Boot& boot) {
  return {.name = "boot",
          .prefix = boot.prefix,
          .first = dhcp::to_ipv4(boot.first_address),
          .last = dhcp::to_ipv4(boot.last_address),
          .server = dhcp::to_ipv4(boot.address)};
}

dhcp::Segment segment_of(const Relay& relay, const Config::Boot& boot) {
  dhcp::Segment segment{.name = "relay " + relay.switch_name,
                        .prefix = relay.subnet->prefix,
                        .first = dhcp::to_ipv4(relay.subnet->first_address),
                        .last = dhcp::to_ipv4(relay.subnet->last_address),
                        .server = dhcp::to_ipv4(boot.address)};
  if (relay.subnet->router) segment.router = dhcp::to_ipv4(*relay.subnet->router);
  return segment;
}

// Several switches may relay one subnet, and then mean one pool.
Status add_segment(std::vector<dhcp::Segment>& segments, dhcp::Segment segment) {
  const auto same = std::ranges::find(segments, segment.prefix, &dhcp::Segment::prefix);
  if (same == segments.end()) {
    segments.push_back(std::move(segment));
    return {};
  }
  if (same->first == segment.first && same->last == segment.last && same->router == segment.router)
    return {};
  return failure(Errc::Invalid, "boot.relays: " + segment.name + " gives " +
                                    to_string(segment.prefix) + " another pool or router than " +
                                    same->name);
}

Result<dhcp::Relay> relay_of(const Relay& relay) {
  const auto style = dhcp::parse_circuit_style(relay.circuit_id);
  if (!style) return tl::unexpected(style.error().in("boot.relays: " + relay.switch_name));
  dhcp::Relay made{.switch_name = relay.switch_name, .style = *style};
  for (const IpAddress& address : relay.addresses)
    if (address.family == Family::V4)
      made.addresses.push_back(dhcp::to_ipv4(address));
    else
      made.v6_addresses.push_back(address);
  return made;
}

// As the inventory says it of a server.
dhcp::SecureBoot secure_boot_of(const std::string& said, const Config::Boot& boot) {
  const bool on = said.empty() ? boot.secure_boot : said == "on";
  return on ? dhcp::SecureBoot::On : dhcp::SecureBoot::Off;
}

dhcp::UnknownClients unknown_clients(const Config::Boot& boot) {
  return boot.discover_unknown ? dhcp::UnknownClients::Discover : dhcp::UnknownClients::Ignore;
}

dhcp::BootSettings boot_settings(const Config::Boot& boot, const IpAddress& own) {
  const std::string base = boot_url({.address = to_string(own), .port = boot.http_port});
  return {.script_url = base + "/boot/ipxe",
          .files_url = base + "/files/",
          .unknown = secure_boot_of("", boot)};
}

// The subnet of our own address.
Prefix own_prefix6(const IpAddress& address) {
  Prefix prefix{.network = address, .length = 64};
  std::fill(prefix.network.key.begin() + 8, prefix.network.key.end(), std::uint8_t{0});
  return prefix;
}

}  // namespace

Result<dhcp::ServerOptions> dhcp_options(const Config::Boot& boot) {
  dhcp::ServerOptions options{
      .listen = {{.interface = boot.interface_name, .address = dhcp::to_ipv4(boot.address)}},
      .settings = {.boot = boot_settings(boot, boot.address), .unknown = unknown_clients(boot)}};
  options.advertise = !boot.address6;
  if (has_own_segment(boot)) options.settings.segments.push_back(own_segment(boot));
  for (const Relay& relay : boot.relays) {
    if (!relay.subnet) continue;
    const Status added = add_segment(options.settings.segments, segment_of(relay, boot));
    if (!added) return tl::unexpected(added.error());
  }
  return options;
}

Result<dhcp::v6::ServerOptions> dhcp6_options(const Config::Boot& boot) {
  const dhcp::v6::Address own = boot.address6->key;
  dhcp::v6::ServerOptions options{
      .listen = {{.interface = boot.interface_name, .segment = "boot", .address = own}},
      .settings = {.boot = boot_settings(boot, *boot.address6), .unknown = unknown_clients(boot)}};
  auto& segments = options.settings.segments;
  segments.push_back({.name = "boot", .prefix = own_prefix6(*boot.address6), .server = own});
  for (const Relay& relay : boot.relays) {
    if (!relay.prefix6) continue;
    const bool known =
        std::ranges::find(segments, *relay.prefix6, &dhcp::v6::Segment::prefix) != segments.end();
    if (!known)
      segments.push_back(
          {.name = "relay " + relay.switch_name, .prefix = *relay.prefix6, .server = own});
  }
  if (const Status checked = check(options.settings); !checked)
    return tl::unexpected(checked.error().in("boot.relays"));
  return options;
}

Result<std::shared_ptr<const dhcp::Cabling>> cabling_of(const std::vector<NicRow>& nics,
                                                        const Config::Boot& boot) {
  std::vector<dhcp::Machine> machines;
  for (const auto& [server, mac, switch_name, port, secure_boot] : nics) {
    const auto parsed = parse_mac(mac);
    if (!parsed) return tl::unexpected(parsed.error().in("server " + server));
    if (machines.empty() || machines.back().server != server)
      machines.push_back({.server = server, .secure_boot = secure_boot_of(secure_boot, boot)});
    machines.back().macs.push_back(*parsed);
    machines.back().ports.push_back({.switch_name = switch_name, .port = port});
  }
  std::vector<dhcp::Relay> relays;
  for (const Relay& relay : boot.relays) {
    auto made = relay_of(relay);
    if (!made) return tl::unexpected(made.error());
    relays.push_back(std::move(*made));
  }
  return dhcp::Cabling::make(std::move(machines), std::move(relays));
}

}  // namespace switchyard::provisioner
