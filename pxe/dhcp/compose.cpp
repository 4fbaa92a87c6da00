#include "pxe/dhcp/compose.h"

#include <algorithm>

namespace switchyard::pxe::dhcp {
namespace {

Packet start_reply(const Grounds& grounds, MessageType type) {
  const Packet& request = grounds.request;
  Packet reply{.op = Op::Reply,
               .htype = request.htype,
               .hlen = request.hlen,
               .xid = request.xid,
               .broadcast = request.broadcast,
               .giaddr = request.giaddr,
               .chaddr = request.chaddr};
  reply.options.set_u8(code::kMessageType, static_cast<std::uint8_t>(type));
  reply.options.set_ip(code::kServerId, server_id(grounds));
  return reply;
}

// What every answer gives back to those who sent it: RFC 6842, RFC 4578 section 2.3, RFC 3046.
void echo(const Packet& request, std::uint8_t code, Packet& reply) {
  if (const auto value = request.options.find(code)) reply.options.set(code, *value);
}

void echo_relay_info(const Packet& request, Packet& reply) {
  if (!request.giaddr.none()) echo(request, code::kRelayInfo, reply);
}

void put_times(const Settings& settings, Options& options) {
  const auto seconds = static_cast<std::uint32_t>(settings.lease_time.count());
  options.set_u32(code::kLeaseTime, seconds);
  options.set_u32(code::kRenewal, seconds / 2);
  options.set_u32(code::kRebinding, seconds / 8 * 7);
}

// What the client asked for, if it asked for anything in particular.
class Wishes {
 public:
  explicit Wishes(const Options& options) : list_(options.find(code::kParameters)) {}

  [[nodiscard]] bool has(std::uint8_t code) const {
    return !list_ || std::ranges::find(*list_, code) != list_->end();
  }

  [[nodiscard]] bool names(std::uint8_t code) const { return list_ && has(code); }

 private:
  std::optional<Bytes> list_;
};

void put_network(const Segment& segment, const Wishes& wishes, Options& options) {
  options.set_ip(code::kSubnetMask, netmask(segment));
  if (!segment.router.none() && wishes.has(code::kRouter))
    options.set_ip(code::kRouter, segment.router);
  if (!segment.dns.empty() && wishes.has(code::kDns)) options.set_ips(code::kDns, segment.dns);
}

void put_niceties(const Segment& segment, const Wishes& wishes, Options& options) {
  if (wishes.has(code::kBroadcast))
    options.set_ip(code::kBroadcast,
                   {to_ipv4(segment.prefix.network).value | ~netmask(segment).value});
  if (!segment.domain.empty() && wishes.has(code::kDomain))
    options.set_text(code::kDomain, segment.domain);
  if (!segment.ntp.empty() && wishes.has(code::kNtp)) options.set_ips(code::kNtp, segment.ntp);
}

// iPXE needs no second server to ask: spares it two to three seconds (iPXE's option 175.176).
constexpr std::array<std::uint8_t, 3> kNoPxeDhcp{176, 1, 1};

// In the header and as options: some ROMs read only the one, some only the other. They are sent
// whether the parameter list names them or not.
void put_boot(const Grounds& grounds, const BootFile& boot, const Wishes& wishes, Packet& reply) {
  const Ipv4 server = grounds.segment.server;
  if (boot.is_http_boot) reply.options.set_text(code::kVendorClass, "HTTPClient");
  reply.options.set_text(code::kBootFile, boot.name);
  reply.options.set_text(code::kTftpName, to_string(server));
  reply.siaddr = server;
  constexpr std::size_t kFileField = 127;
  if (boot.name.size() <= kFileField) reply.file = boot.name;
  if (grounds.client.ipxe) reply.options.set(code::kIpxe, kNoPxeDhcp);
  if (wishes.names(code::kTftpAddress)) reply.options.set_ip(code::kTftpAddress, server);
}

}  // namespace

Ipv4 server_id(const Grounds& grounds) {
  const Ipv4 own = grounds.segment.server;
  return grounds.relay ? grounds.relay->server_id.value_or(own) : own;
}

Packet compose_lease(const Grounds& grounds, MessageType type, Ipv4 address,
                     const std::optional<BootFile>& boot) {
  const Wishes wishes(grounds.request.options);
  Packet reply = start_reply(grounds, type);
  if (type == MessageType::Ack) reply.ciaddr = grounds.request.ciaddr;
  reply.yiaddr = address;
  if (!address.none()) put_times(grounds.settings, reply.options);
  put_network(grounds.segment, wishes, reply.options);
  echo(grounds.request, code::kClientId, reply);
  echo(grounds.request, code::kClientUuid, reply);
  if (boot) put_boot(grounds, *boot, wishes, reply);
  put_niceties(grounds.segment, wishes, reply.options);
  echo_relay_info(grounds.request, reply);
  return reply;
}

Packet compose_nak(const Grounds& grounds, std::string_view why) {
  Packet reply = start_reply(grounds, MessageType::Nak);
  // The client has no address to be reached at: the relay must broadcast (RFC 2131 section 4.3.2).
  if (!reply.giaddr.none()) reply.broadcast = true;
  reply.options.set_text(code::kMessage, why);
  echo(grounds.request, code::kClientId, reply);
  echo_relay_info(grounds.request, reply);
  return reply;
}

}  // namespace switchyard::pxe::dhcp
