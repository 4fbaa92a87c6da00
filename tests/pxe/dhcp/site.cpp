#include "tests/pxe/dhcp/site.h"

namespace switchyard::pxe::dhcp {
namespace {

Settings make_settings() {
  Settings settings;
  settings.segments = {{.name = "provisioning",
                        .prefix = good(parse_prefix("172.16.100.0/24")),
                        .first = v4("172.16.100.100"),
                        .last = v4("172.16.100.103"),
                        .server = kServer,
                        .router = v4("172.16.100.254"),
                        .dns = {v4("10.0.0.53")}}};
  settings.boot.script_url = "http://172.16.100.1:8080/boot/ipxe";
  settings.boot.files_url = "http://172.16.100.1:8080/files/boot/";
  return settings;
}

}  // namespace

Buffer sub_option(std::uint8_t code, std::string_view value) {
  Buffer bytes{code, static_cast<std::uint8_t>(value.size())};
  bytes.insert(bytes.end(), value.begin(), value.end());
  return bytes;
}

Buffer circuit(std::string_view text) { return sub_option(1, text); }

Packet packet_of(const Message& message) {
  Packet packet{.xid = 0x12345678, .broadcast = message.broadcast};
  std::copy(message.from.bytes.begin(), message.from.bytes.end(), packet.chaddr.begin());
  Options& options = packet.options;
  options.set_u8(code::kMessageType, static_cast<std::uint8_t>(message.type));
  if (!message.requested.empty()) options.set_ip(code::kRequestedAddress, v4(message.requested));
  if (!message.server.empty()) options.set_ip(code::kServerId, v4(message.server));
  if (!message.ciaddr.empty()) packet.ciaddr = v4(message.ciaddr);
  if (!message.vendor_class.empty()) options.set_text(code::kVendorClass, message.vendor_class);
  if (!message.user_class.empty()) options.set_text(code::kUserClass, message.user_class);
  if (message.arch)
    options.set(code::kClientArch, std::array{static_cast<std::uint8_t>(*message.arch >> 8U),
                                              static_cast<std::uint8_t>(*message.arch)});
  if (!message.client_id.empty()) options.set(code::kClientId, message.client_id);
  if (message.relay) packet.giaddr = *message.relay;
  if (!message.relay_info.empty()) options.set(code::kRelayInfo, message.relay_info);
  return packet;
}

DhcpSite::DhcpSite()
    : settings_(make_settings()),
      cabling_(good(Cabling::make(
          {{.server = "web1", .macs = {kWeb1}, .ports = {{"tor1", "swp1"}, {"tor2", "swp1"}}},
           {.server = "web2", .macs = {kWeb2}, .ports = {{"tor1", "swp2"}}},
           {.server = "loose", .macs = {kLoose}}},
          {{.switch_name = "tor1", .addresses = {kTor1}, .style = CircuitStyle::Plain}}))),
      leases_(settings_.segments) {}

Answer DhcpSite::say(const Message& message) {
  Answer said =
      answer(packet_of(message), {.local = kServer}, {settings_, *cabling_, leases_}, now_);
  if (said.lease) leases_.put(*said.lease);
  return said;
}

std::string DhcpSite::lease(Message message) {
  message.type = MessageType::Discover;
  const Answer offered = say(message);
  if (kind_of(offered) != "offer") return kind_of(offered) + " to discover";
  message.type = MessageType::Request;
  message.requested = to_string(offered.reply->packet.yiaddr);
  message.server = to_string(kServer);
  const Answer acknowledged = say(message);
  if (kind_of(acknowledged) != "ack") return kind_of(acknowledged) + " to request";
  return to_string(acknowledged.reply->packet.yiaddr);
}

std::string kind_of(const Answer& answer) {
  if (!answer.reply) return "silence";
  return std::string{to_string(answer.reply->packet.type().value())};
}

std::vector<SightingKind> kinds(const Answer& answer) {
  std::vector<SightingKind> all;
  for (const Sighting& seen : answer.seen)
    all.push_back(seen.kind);
  return all;
}

}  // namespace switchyard::pxe::dhcp
