// Everything of the DHCP server that reads bytes from the network, and the whole way from a
// datagram to the answer.
#include "pxe/dhcp/answer.h"

#include <cstdint>
#include <cstdlib>

namespace {

using namespace switchyard;
using namespace switchyard::pxe::dhcp;

void demand(bool promise) {
  if (!promise) std::abort();
}

// What came in can be said again, and is then the same.
void check_codec(const Packet& packet) {
  const Encoded encoded = encode_packet(packet, kEthernetLimit);
  demand(encoded.bytes.size() >= 300 && encoded.bytes.size() <= kEthernetLimit);
  const auto again = parse_packet(encoded.bytes);
  demand(again.has_value());
  const auto relay_info = packet.options.find(code::kRelayInfo);
  const bool whole =
      encoded.left_out.empty() && (!relay_info || again->options.has(code::kRelayInfo));
  if (whole) demand(*again == packet);
  demand(encode_packet(packet, kLeastLimit).bytes.size() <= kLeastLimit);
  for (const Options::Entry& entry : packet.options.entries())
    (void)value_text(entry.code, packet.options.value(entry));
}

struct Site {
  Settings settings{};
  std::shared_ptr<const Cabling> cabling{};
};

Site make_site() {
  Site site;
  site.settings.segments = {{.name = "a",
                             .prefix = *parse_prefix("10.0.0.0/8"),
                             .first = {0x0a000010},
                             .last = {0x0a000013},
                             .server = {0x0a000001}}};
  site.settings.unknown = UnknownClients::Discover;
  site.settings.authoritative = true;
  site.settings.boot.script_url = "http://10.0.0.1/boot/ipxe";
  site.settings.boot.files_url = "http://10.0.0.1/files/";
  site.cabling = *Cabling::make(
      {{.server = "web1", .macs = {*parse_mac("52:54:00:00:00:01")}, .ports = {{"tor1", "swp1"}}}},
      {{.switch_name = "tor1", .addresses = {{0x0a000002}}, .style = CircuitStyle::Sonic}});
  return site;
}

// An answer gives away only addresses of the pool, goes to somebody, and can be read by a client.
void check_answer(const Packet& packet, const Site& site, LeaseTable& leases) {
  const Timestamp now{std::chrono::seconds{1'800'000'000}};
  const Answer said =
      answer(packet, {.local = {0x0a000001}}, {site.settings, *site.cabling, leases}, now);
  if (said.lease) {
    demand(said.lease->address.value >= 0x0a000010 && said.lease->address.value <= 0x0a000013);
    leases.put(*said.lease);
  }
  if (!said.reply) return;
  const Packet& reply = said.reply->packet;
  demand(reply.op == Op::Reply && reply.xid == packet.xid && reply.chaddr == packet.chaddr);
  demand(reply.type() != MessageType::Ack || !packet.options.has(code::kServerId) || said.persist);
  const Encoded encoded = encode_packet(reply, said.reply->limit);
  demand(encoded.bytes.size() <= said.reply->limit && parse_packet(encoded.bytes).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Site site = make_site();
  const Bytes bytes{data, size};
  if (const auto info = parse_relay_info(bytes))
    for (const CircuitStyle style : {CircuitStyle::Plain, CircuitStyle::Sonic, CircuitStyle::Junos})
      (void)decode_port(style, info->circuit_id);
  (void)parse_user_classes(bytes);
  (void)parse_ipv4(std::string_view(reinterpret_cast<const char*>(data), size));
  const auto packet = parse_packet(bytes);
  if (!packet) return 0;
  check_codec(*packet);
  LeaseTable leases(site.settings.segments);
  check_answer(*packet, site, leases);
  check_answer(*packet, site, leases);  // and once more, with what the first one left
  return 0;
}
