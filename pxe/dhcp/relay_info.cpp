#include "pxe/dhcp/relay_info.h"

#include <algorithm>
#include <array>

namespace switchyard::pxe::dhcp {
namespace {

constexpr std::uint8_t kCircuitId = 1, kRemoteId = 2, kLinkSelection = 5, kSubscriberId = 6,
                       kServerIdOverride = 11, kRelayId = 12, kRelayPort = 19;

Result<std::optional<Ipv4>> address_of(std::uint8_t sub, Bytes value) {
  if (value.size() == 4) return Ipv4{read_u32(value)};
  return failure(Errc::Invalid, "relay agent sub-option " + std::to_string(sub) + " has " +
                                    std::to_string(value.size()) + " bytes, not 4");
}

Status take(std::uint8_t sub, Bytes value, RelayInfo& info) {
  switch (sub) {
    case kCircuitId: info.circuit_id.assign(value.begin(), value.end()); break;
    case kRemoteId: info.remote_id.assign(value.begin(), value.end()); break;
    case kRelayId: info.relay_id.assign(value.begin(), value.end()); break;
    case kSubscriberId: info.subscriber_id = as_text(value); break;
    case kRelayPort: info.reply_to_source_port = true; break;
    case kLinkSelection:
    case kServerIdOverride: {
      const auto address = address_of(sub, value);
      if (!address) return tl::unexpected(address.error());
      (sub == kLinkSelection ? info.link : info.server_id) = *address;
      break;
    }
    default: break;
  }
  return {};
}

// Port names as switches print them: "Eth1/1", "etp5", "xe-0/0/1.0", "swp1s0", "Ethernet 4".
bool is_port_name(std::string_view name) {
  constexpr std::size_t kLongest = 64;
  return !name.empty() && name.size() <= kLongest && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/_.- ").find(c) != std::string_view::npos;
  });
}

// The part of the text that is the port; empty when the text is not of the style.
std::string_view port_part(CircuitStyle style, std::string_view text) {
  const auto first = text.find(':');
  const auto last = text.rfind(':');
  switch (style) {
    case CircuitStyle::Plain: return text;
    case CircuitStyle::Sonic:
      // The host name has no colon; the alias between the first and the last one has none either.
      return first == last ? std::string_view{} : text.substr(first + 1, last - first - 1);
    case CircuitStyle::Junos: {
      const std::string_view interface = text.substr(0, first);
      return interface.substr(0, interface.rfind('.'));  // without its unit
    }
  }
  return {};
}

constexpr std::array<std::string_view, 3> kStyles{"plain", "sonic", "junos"};

}  // namespace

Result<RelayInfo> parse_relay_info(Bytes value) {
  RelayInfo info;
  while (!value.empty()) {
    if (value.size() < 2 || value.size() - 2 < value[1])
      return failure(Errc::Invalid,
                     "relay agent sub-option " + std::to_string(value[0]) + " is cut short");
    const Status taken = take(value[0], value.subspan(2, value[1]), info);
    if (!taken) return tl::unexpected(taken.error());
    value = value.subspan(2 + std::size_t{value[1]});
  }
  return info;
}

Result<CircuitStyle> parse_circuit_style(std::string_view text) {
  const auto* const found = std::ranges::find(kStyles, text);
  if (found == kStyles.end())
    return failure(Errc::Invalid,
                   "not a circuit-id style (plain, sonic, junos): " + printable(text));
  return CircuitStyle{static_cast<std::uint8_t>(found - kStyles.begin())};
}

std::string_view to_string(CircuitStyle style) { return kStyles[static_cast<std::size_t>(style)]; }

Result<std::string> decode_port(CircuitStyle style, Bytes circuit_id) {
  const std::string_view text(reinterpret_cast<const char*>(circuit_id.data()), circuit_id.size());
  const std::string_view port = port_part(style, text);
  if (is_port_name(port)) return std::string{port};
  return failure(Errc::Invalid, "circuit-id 0x" + hex(circuit_id) + " names no port in the style " +
                                    std::string{to_string(style)});
}

}  // namespace switchyard::pxe::dhcp
