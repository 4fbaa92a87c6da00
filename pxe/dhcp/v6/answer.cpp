#include "pxe/dhcp/v6/answer.h"

#include "pxe/dhcp/lease.h"
#include "pxe/dhcp/v6/compose.h"

#include <sodium.h>

#include <algorithm>

namespace switchyard::pxe::dhcp::v6 {
namespace {

// What a MAC becomes in an address (RFC 4291 appendix A), undone.
std::optional<MacAddress> mac_of_address(const Address& address) {
  if (address[11] != 0xff || address[12] != 0xfe) return std::nullopt;
  return MacAddress{{static_cast<std::uint8_t>(address[8] ^ 2U), address[9], address[10],
                     address[13], address[14], address[15]}};
}

// The relay nearest to the client knows best, then the address the client sends from.
std::optional<MacAddress> mac_of(const Received& received, const Arrival& arrival) {
  if (!received.hops.empty() && received.hops.back().client_mac)
    return received.hops.back().client_mac;
  const Address& peer = received.hops.empty() ? arrival.source : received.hops.back().peer;
  if (const auto mac = mac_of_address(peer)) return mac;
  const Buffer* const duid = received.message.options.find(code::kClientId);
  return duid == nullptr ? std::nullopt : mac_of_duid(*duid);
}

// Only what a registered relay says of its port is believed.
Result<std::optional<PortName>> port_of(const Received& received, const Arrival& arrival,
                                        const Cabling& cabling) {
  if (received.hops.empty() || !received.hops.back().interface_id) return std::nullopt;
  const Relay* const relay = cabling.relay_at(to_ip(arrival.source));
  if (relay == nullptr) return std::nullopt;
  const auto port = decode_port(relay->style, *received.hops.back().interface_id);
  if (!port) return tl::unexpected(port.error().in("relay " + relay->switch_name));
  return PortName{.switch_name = relay->switch_name, .port = *port};
}

const Segment* choose_segment(const Received& received, const Arrival& arrival,
                              const Settings& settings) {
  if (received.hops.empty()) return arrival.segment;
  const IpAddress link = to_ip(received.hops.back().link);
  const auto found = std::ranges::find_if(
      settings.segments, [&](const Segment& segment) { return contains(segment.prefix, link); });
  return found == settings.segments.end() ? nullptr : &*found;
}

Client client_of(const Message& message, const MacAddress& mac) {
  Client client{.mac = mac, .vendor_class = vendor_class(message.options)};
  if (const Buffer* const arch = message.options.find(code::kClientArch))
    for (Bytes rest = *arch; client.arch == nullptr && rest.size() >= 2; rest = rest.subspan(2))
      client.arch = find_arch(read_u16(rest));
  client.ipxe = client.ipxe_http = has_user_class(message.options, "iPXE");
  client.http_client = client.vendor_class.starts_with("HTTPClient");
  client.netboots = client.ipxe || client.http_client || wants(message, code::kBootFileUrl);
  return client;
}

// RFC 8415 section 16: what must and must not name us.
bool is_for_us(const Message& message, const Buffer& duid) {
  const Buffer* const server = message.options.find(code::kServerId);
  switch (message.type) {
    case Type::Solicit:
    case Type::Confirm:
    case Type::Rebind: return server == nullptr && message.options.find(code::kClientId) != nullptr;
    case Type::InformationRequest: return server == nullptr || *server == duid;
    default:
      return server != nullptr && *server == duid &&
             message.options.find(code::kClientId) != nullptr;
  }
}

void see(Answer& answer, SightingKind kind, const Client& client, const PortName& port,
         std::string detail) {
  answer.seen.push_back(
      {.kind = kind, .mac = client.mac, .port = port, .detail = std::move(detail)});
}

std::optional<Identity> identity_of(const Received& received, const Arrival& arrival,
                                    const Client& client, const View& view, Answer& answer) {
  const auto port = port_of(received, arrival, view.cabling);
  if (!port) {
    see(answer, SightingKind::UndecodablePort, client, {}, port.error().message);
    return std::nullopt;
  }
  Identified found = identify(client, *port, view.cabling);
  if (found.seen) answer.seen.push_back(*std::move(found.seen));
  if (!found.identity || found.identity->machine != nullptr) return found.identity;
  const bool welcome = view.settings.unknown == UnknownClients::Discover;
  see(answer, SightingKind::UnknownClient, client, found.identity->port,
      welcome ? "an unknown DHCPv6 client, given the installer"
              : "an unknown DHCPv6 client, ignored");
  return welcome ? found.identity : std::nullopt;
}

void note_given(const Grounds& grounds, const std::vector<IaNa>& ias, Answer& answer) {
  const Identity& identity = grounds.identity;
  for (std::size_t n = 0; n < ias.size(); ++n)
    answer.given.push_back({.address = computed_address(grounds.segment.prefix, identity.holder, n),
                            .holder = {.port = identity.port, .mac = grounds.client.mac}});
}

}  // namespace

Status check(const Settings& settings) {
  for (std::size_t i = 0; i < settings.segments.size(); ++i) {
    const Segment& segment = settings.segments[i];
    if (segment.prefix.network.family != Family::V6 || segment.prefix.length > 64)
      return failure(Errc::Invalid, "DHCPv6 segment " + segment.name + ": " +
                                        to_string(segment.prefix) + " is no IPv6 prefix up to /64");
    for (std::size_t j = 0; j < i; ++j)
      if (overlaps(segment.prefix, settings.segments[j].prefix))
        return failure(Errc::Invalid, "DHCPv6 segments " + settings.segments[j].name + " and " +
                                          segment.name + " overlap");
  }
  return {};
}

IpAddress to_ip(const Address& address) { return {.family = Family::V6, .key = address}; }

Buffer server_duid(const MacAddress& mac) {
  Buffer duid;
  duid.reserve(10);
  put_u16(duid, 3);  // DUID-LL
  put_u16(duid, 1);  // Ethernet
  duid.insert(duid.end(), mac.bytes.begin(), mac.bytes.end());
  return duid;
}

// A cryptographic hash, so that nobody can choose a MAC that gets the address of another.
Address computed_address(const Prefix& prefix, const std::string& holder, std::size_t n) {
  const std::string seed = holder + " " + std::to_string(n);
  std::array<std::uint8_t, 16> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(seed.data()),
                     seed.size(), nullptr, 0);
  Address address = prefix.network.key;
  std::copy_n(hash.begin(), 8, address.begin() + 8);
  address[8] &= 0xfdU;  // not made from a MAC (RFC 4291 section 2.5.1)
  return address;
}

Answer answer(const Received& received, const Arrival& arrival, const View& view) {
  Answer said;
  const Message& message = received.message;
  const Segment* const segment = choose_segment(received, arrival, view.settings);
  const auto mac = mac_of(received, arrival);
  const auto ias = read_ia_nas(message.options);
  if (segment == nullptr || !mac || !ias || !is_for_us(message, arrival.server_duid)) return said;

  const Client client = client_of(message, *mac);
  const auto identity = identity_of(received, arrival, client, view, said);
  if (!identity) return said;
  const Grounds grounds{.message = message,
                        .client = client,
                        .identity = *identity,
                        .segment = *segment,
                        .settings = view.settings,
                        .server_duid = arrival.server_duid};
  said.reply = compose(grounds, *ias);
  const bool gives = said.reply && said.reply->type == Type::Reply &&
                     (message.type == Type::Solicit || message.type == Type::Request ||
                      message.type == Type::Renew || message.type == Type::Rebind);
  if (gives) {
    note_given(grounds, *ias, said);
    for (const Given& given : said.given)
      if (message.type == Type::Request || message.type == Type::Solicit)
        see(said, SightingKind::AddressServed, client, identity->port,
            to_string(to_ip(given.address)));
  }
  if (message.type == Type::Decline)
    see(said, SightingKind::AddressDeclined, client, identity->port,
        "somebody else uses the IPv6 address of this client, it says");
  return said;
}

}  // namespace switchyard::pxe::dhcp::v6
