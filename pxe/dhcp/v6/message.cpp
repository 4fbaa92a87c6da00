#include "pxe/dhcp/v6/message.h"

#include <algorithm>

namespace switchyard::pxe::dhcp::v6 {
namespace {

constexpr std::size_t kMostOptions = 200, kMostHops = 8, kMostIas = 16;
constexpr std::size_t kRelayHeader = 34, kEthernet = 1;

tl::unexpected<Error> cut_short(const std::string& what) {
  return failure(Errc::Invalid, "DHCPv6 " + what + " is cut short");
}

Address read_address(Bytes bytes) {
  Address address;
  std::copy_n(bytes.begin(), address.size(), address.begin());
  return address;
}

MacAddress read_mac(Bytes bytes) {
  MacAddress mac;
  std::copy_n(bytes.begin(), mac.bytes.size(), mac.bytes.begin());
  return mac;
}

bool is_from_client(Type type) {
  switch (type) {
    case Type::Solicit:
    case Type::Request:
    case Type::Confirm:
    case Type::Renew:
    case Type::Rebind:
    case Type::Release:
    case Type::Decline:
    case Type::InformationRequest: return true;
    default: return false;
  }
}

Hop hop_of(Bytes header, const Options& options) {
  Hop hop{.count = header[1],
          .link = read_address(header.subspan(2)),
          .peer = read_address(header.subspan(18))};
  if (const Buffer* const id = options.find(code::kInterfaceId)) hop.interface_id = *id;
  const Buffer* const mac = options.find(code::kClientLinkLayer);
  if (mac != nullptr && mac->size() == 8 && read_u16(*mac) == kEthernet)
    hop.client_mac = read_mac(Bytes{*mac}.subspan(2));
  return hop;
}

Result<Message> parse_message(Bytes bytes) {
  if (bytes.size() < 4) return cut_short("message");
  const Type type{bytes[0]};
  if (!is_from_client(type))
    return failure(Errc::Invalid,
                   "DHCPv6 message of type " + std::to_string(bytes[0]) + " is not of a client");
  auto options = parse_options(bytes.subspan(4));
  if (!options) return tl::unexpected(options.error());
  return Message{
      .type = type, .transaction = read_u32(bytes) & 0xffffffU, .options = *std::move(options)};
}

}  // namespace

const Buffer* Options::find(std::uint16_t code) const {
  const auto found = std::ranges::find(list, code, &Option::code);
  return found == list.end() ? nullptr : &found->value;
}

Result<Options> parse_options(Bytes bytes) {
  Options options;
  while (!bytes.empty()) {
    if (bytes.size() < 4 || bytes.size() - 4 < read_u16(bytes.subspan(2)))
      return cut_short("option");
    if (options.list.size() >= kMostOptions)
      return failure(Errc::Invalid, "DHCPv6 message has too many options");
    const std::size_t size = read_u16(bytes.subspan(2));
    options.add(read_u16(bytes), bytes.subspan(4, size));
    bytes = bytes.subspan(4 + size);
  }
  return options;
}

void put_options(const Options& options, Buffer& out) {
  for (const Option& option : options.list) {
    put_u16(out, option.code);
    put_u16(out, static_cast<std::uint16_t>(option.value.size()));
    out.insert(out.end(), option.value.begin(), option.value.end());
  }
}

Result<Received> parse_datagram(Bytes datagram) {
  Received received;
  Buffer inner(datagram.begin(), datagram.end());
  while (!inner.empty() && Type{inner[0]} == Type::RelayForward) {
    if (received.hops.size() >= kMostHops)
      return failure(Errc::Invalid, "DHCPv6 message came through too many relays");
    if (inner.size() < kRelayHeader) return cut_short("relay header");
    const auto options = parse_options(Bytes{inner}.subspan(kRelayHeader));
    if (!options) return tl::unexpected(options.error());
    received.hops.push_back(hop_of(inner, *options));
    const Buffer* const message = options->find(code::kRelayMessage);
    if (message == nullptr)
      return failure(Errc::Invalid, "DHCPv6 relay message without what it relays");
    inner = *message;
  }
  auto message = parse_message(inner);
  if (!message) return tl::unexpected(message.error());
  received.message = *std::move(message);
  return received;
}

Buffer encode_reply(const Message& reply, const std::vector<Hop>& hops) {
  Buffer bytes;
  put_u32(bytes, reply.transaction);
  bytes[0] = static_cast<std::uint8_t>(reply.type);
  put_options(reply.options, bytes);
  for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
    Buffer outer{static_cast<std::uint8_t>(Type::RelayReply), hop->count};
    outer.insert(outer.end(), hop->link.begin(), hop->link.end());
    outer.insert(outer.end(), hop->peer.begin(), hop->peer.end());
    Options options;
    if (hop->interface_id) options.add(code::kInterfaceId, *hop->interface_id);
    options.add(code::kRelayMessage, bytes);
    put_options(options, outer);
    bytes = std::move(outer);
  }
  return bytes;
}

Result<std::vector<IaNa>> read_ia_nas(const Options& options) {
  constexpr std::size_t kHeader = 12;
  std::vector<IaNa> all;
  for (const Option& option : options.list) {
    if (option.code != code::kIaNa) continue;
    if (option.value.size() < kHeader) return cut_short("IA_NA");
    if (all.size() >= kMostIas) return failure(Errc::Invalid, "DHCPv6 message has too many IA_NA");
    const auto inner = parse_options(Bytes{option.value}.subspan(kHeader));
    if (!inner) return tl::unexpected(inner.error());
    IaNa ia{.id = read_u32(option.value)};
    for (const Option& part : inner->list)
      if (part.code == code::kIaAddress && part.value.size() >= 24)
        ia.addresses.push_back(read_address(part.value));
    all.push_back(std::move(ia));
  }
  return all;
}

std::string vendor_class(const Options& options) {
  const Buffer* const value = options.find(code::kVendorClass);
  if (value == nullptr || value->size() < 6) return {};
  const Bytes rest = Bytes{*value}.subspan(6);
  return std::string{
      as_text(rest.first(std::min<std::size_t>(rest.size(), read_u16(Bytes{*value}.subspan(4)))))};
}

bool has_user_class(const Options& options, std::string_view name) {
  const Buffer* const value = options.find(code::kUserClass);
  if (value == nullptr) return false;
  for (Bytes rest = *value; rest.size() >= 2;) {
    const std::size_t size = std::min<std::size_t>(read_u16(rest), rest.size() - 2);
    if (as_text(rest.subspan(2, size)) == name) return true;
    rest = rest.subspan(2 + size);
  }
  return false;
}

std::optional<MacAddress> mac_of_duid(Bytes duid) {
  constexpr std::size_t kLinkLayerTime = 14, kLinkLayer = 10;
  if (duid.size() < 4 || read_u16(duid.subspan(2)) != kEthernet) return std::nullopt;
  const std::uint16_t kind = read_u16(duid);
  if (kind == 1 && duid.size() == kLinkLayerTime) return read_mac(duid.subspan(8));
  if (kind == 3 && duid.size() == kLinkLayer) return read_mac(duid.subspan(4));
  return std::nullopt;
}

}  // namespace switchyard::pxe::dhcp::v6
