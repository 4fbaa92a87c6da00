#include "pxe/dhcp/packet.h"

#include <algorithm>

namespace switchyard::pxe::dhcp {
namespace {

constexpr std::size_t kSnameAt = 44, kSnameSize = 64, kFileAt = 108, kFileSize = 128;
constexpr std::size_t kHeaderSize = 236, kOptionsAt = 240, kLeastPacket = 300;
constexpr std::uint32_t kCookie = 0x63825363;
constexpr std::uint16_t kBroadcastFlag = 0x8000;
constexpr std::uint8_t kFileHasOptions = 1, kSnameHasOptions = 2;

Packet parse_header(Bytes header) {
  Packet packet;
  packet.op = Op{header[0]};
  packet.htype = header[1];
  packet.hlen = header[2];
  packet.hops = header[3];
  packet.xid = read_u32(header.subspan(4));
  packet.secs = read_u16(header.subspan(8));
  packet.broadcast = (read_u16(header.subspan(10)) & kBroadcastFlag) != 0;
  packet.ciaddr.value = read_u32(header.subspan(12));
  packet.yiaddr.value = read_u32(header.subspan(16));
  packet.siaddr.value = read_u32(header.subspan(20));
  packet.giaddr.value = read_u32(header.subspan(24));
  std::copy_n(header.begin() + 28, 16, packet.chaddr.begin());
  return packet;
}

// What file and sname hold: more options, or names (RFC 2132 section 9.3).
Status parse_named_fields(Bytes header, Packet& packet) {
  const std::uint8_t overload = packet.options.u8(code::kOverload).value_or(0);
  const Bytes file = header.subspan(kFileAt, kFileSize);
  const Bytes sname = header.subspan(kSnameAt, kSnameSize);
  if ((overload & kFileHasOptions) != 0) {
    if (Status parsed = parse_options(file, packet.options); !parsed) return parsed;
  } else {
    packet.file = as_text(file.first(kFileSize - 1));
  }
  if ((overload & kSnameHasOptions) != 0) return parse_options(sname, packet.options);
  packet.sname = as_text(sname.first(kSnameSize - 1));
  return {};
}

void put_header(const Packet& packet, Buffer& out) {
  out.push_back(static_cast<std::uint8_t>(packet.op));
  out.push_back(packet.htype);
  out.push_back(packet.hlen);
  out.push_back(packet.hops);
  put_u32(out, packet.xid);
  put_u16(out, packet.secs);
  put_u16(out, packet.broadcast ? kBroadcastFlag : std::uint16_t{0});
  for (const Ipv4 address : {packet.ciaddr, packet.yiaddr, packet.siaddr, packet.giaddr})
    put_u32(out, address.value);
  out.insert(out.end(), packet.chaddr.begin(), packet.chaddr.end());
  out.resize(kHeaderSize);
  std::copy_n(packet.sname.begin(), std::min(packet.sname.size(), kSnameSize - 1),
              out.begin() + kSnameAt);
  std::copy_n(packet.file.begin(), std::min(packet.file.size(), kFileSize - 1),
              out.begin() + kFileAt);
  put_u32(out, kCookie);
}

std::size_t wire_size(std::size_t value_size) {
  return value_size + 2 * std::max<std::size_t>(1, (value_size + 254) / 255);
}

void put_option(Buffer& out, std::uint8_t code, Bytes value) {
  do {
    const Bytes part = value.first(std::min<std::size_t>(value.size(), 255));
    out.push_back(code);
    out.push_back(static_cast<std::uint8_t>(part.size()));
    out.insert(out.end(), part.begin(), part.end());
    value = value.subspan(part.size());
  } while (!value.empty());
}

// Where options may go; `room` is what is left without the end mark.
struct Field {
  std::size_t room{};
  Buffer bytes{};
};

bool place(Field& field, std::uint8_t code, Bytes value) {
  const std::size_t size = wire_size(value.size());
  if (size > field.room) return false;
  field.room -= size;
  put_option(field.bytes, code, value);
  return true;
}

struct Layout {
  Field main{};
  Field file{};
  Field sname{};
  std::vector<std::uint8_t> left_out{};
};

bool place_anywhere(Layout& layout, std::uint8_t code, Bytes value) {
  return place(layout.main, code, value) || place(layout.file, code, value) ||
         place(layout.sname, code, value);
}

// Everything but option 82, whose room is kept free by the caller.
Layout lay_out(const Packet& packet, std::size_t main_room, bool overload) {
  Layout layout{.main = {.room = main_room}};
  if (overload && packet.file.empty()) layout.file.room = kFileSize - 1;
  if (overload && packet.sname.empty()) layout.sname.room = kSnameSize - 1;
  for (const Options::Entry& entry : packet.options.entries()) {
    if (entry.code == code::kRelayInfo || entry.code == code::kOverload) continue;
    if (!place_anywhere(layout, entry.code, packet.options.value(entry)))
      layout.left_out.push_back(entry.code);
  }
  return layout;
}

void put_field(Buffer& out, std::size_t at, Field& field) {
  if (field.bytes.empty()) return;
  field.bytes.push_back(code::kEnd);
  std::copy(field.bytes.begin(), field.bytes.end(), out.begin() + static_cast<std::ptrdiff_t>(at));
}

}  // namespace

std::string_view to_string(MessageType type) {
  constexpr std::array<std::string_view, 9> kNames{
      "?", "discover", "offer", "request", "decline", "ack", "nak", "release", "inform"};
  return kNames[static_cast<std::size_t>(type)];
}

std::optional<MessageType> Packet::type() const {
  const auto number = options.u8(code::kMessageType);
  if (!number || *number < 1 || *number > 8) return std::nullopt;
  return MessageType{*number};
}

MacAddress Packet::mac() const {
  MacAddress mac;
  std::copy_n(chaddr.begin(), mac.bytes.size(), mac.bytes.begin());
  return mac;
}

Result<Packet> parse_packet(Bytes datagram) {
  if (datagram.size() < kOptionsAt)
    return failure(Errc::Invalid,
                   "DHCP packet of " + std::to_string(datagram.size()) + " bytes is cut short");
  if (datagram[0] != 1 && datagram[0] != 2)
    return failure(Errc::Invalid, "DHCP packet is neither request nor reply");
  if (datagram[2] > 16)
    return failure(Errc::Invalid, "DHCP packet with a hardware address over 16");
  if (read_u32(datagram.subspan(kHeaderSize)) != kCookie)
    return failure(Errc::Invalid, "BOOTP packet without the magic cookie of DHCP");
  Packet packet = parse_header(datagram);
  if (const Status parsed = parse_options(datagram.subspan(kOptionsAt), packet.options); !parsed)
    return tl::unexpected(parsed.error());
  if (const Status parsed = parse_named_fields(datagram, packet); !parsed)
    return tl::unexpected(parsed.error());
  if (const Status checked = check_shapes(packet.options); !checked)
    return tl::unexpected(checked.error());
  packet.options.erase(code::kOverload);
  return packet;
}

Encoded encode_packet(const Packet& packet, std::size_t limit) {
  const Bytes relay_info = packet.options.find(code::kRelayInfo).value_or(Bytes{});
  const std::size_t relay_size =
      packet.options.has(code::kRelayInfo) ? wire_size(relay_info.size()) : 0;
  const std::size_t room = std::max(limit, kLeastLimit) - kOptionsAt - 1;
  const std::size_t main_room = room > relay_size ? room - relay_size : 0;

  Layout layout = lay_out(packet, main_room, false);
  if (!layout.left_out.empty())
    layout = lay_out(packet, main_room - std::min<std::size_t>(main_room, 3), true);  // option 52

  Encoded encoded{.left_out = std::move(layout.left_out)};
  Buffer& out = encoded.bytes;
  out.reserve(limit);
  put_header(packet, out);
  put_field(out, kFileAt, layout.file);
  put_field(out, kSnameAt, layout.sname);
  out.insert(out.end(), layout.main.bytes.begin(), layout.main.bytes.end());
  const int overload = (layout.file.bytes.empty() ? 0 : kFileHasOptions) |
                       (layout.sname.bytes.empty() ? 0 : kSnameHasOptions);
  const auto flags = static_cast<std::uint8_t>(overload);
  if (flags != 0) put_option(out, code::kOverload, {&flags, 1});
  if (relay_size != 0 && relay_size <= room) put_option(out, code::kRelayInfo, relay_info);
  out.push_back(code::kEnd);
  if (out.size() < kLeastPacket) out.resize(kLeastPacket);
  return encoded;
}

}  // namespace switchyard::pxe::dhcp
