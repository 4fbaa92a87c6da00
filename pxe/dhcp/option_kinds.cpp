// The table of the options this server knows (RFC 2132 and the RFCs named beside them).
#include "pxe/dhcp/options.h"

#include <algorithm>
#include <array>

namespace switchyard::pxe::dhcp {
namespace {

// clang-format off
constexpr std::array kKinds{
    OptionKind{1, "subnet-mask", Shape::Ip},           OptionKind{3, "routers", Shape::IpList},
    OptionKind{6, "dns-servers", Shape::IpList},       OptionKind{12, "host-name", Shape::Text},
    OptionKind{15, "domain-name", Shape::Text},        OptionKind{17, "root-path", Shape::Text},
    OptionKind{28, "broadcast-address", Shape::Ip},    OptionKind{42, "ntp-servers", Shape::IpList},
    OptionKind{43, "vendor-info", Shape::Opaque},      OptionKind{50, "requested-address", Shape::Ip},
    OptionKind{51, "lease-time", Shape::U32},          OptionKind{52, "overload", Shape::U8},
    OptionKind{53, "message-type", Shape::U8},         OptionKind{54, "server-id", Shape::Ip},
    OptionKind{55, "parameter-list", Shape::Opaque},   OptionKind{56, "message", Shape::Text},
    OptionKind{57, "max-message-size", Shape::U16},    OptionKind{58, "renewal-time", Shape::U32},
    OptionKind{59, "rebinding-time", Shape::U32},      OptionKind{60, "vendor-class", Shape::Text},
    OptionKind{61, "client-id", Shape::Opaque},        // RFC 4361: never looked into
    OptionKind{66, "tftp-server-name", Shape::Text},   OptionKind{67, "boot-file", Shape::Text},
    OptionKind{77, "user-class", Shape::Opaque},       // RFC 3004
    OptionKind{82, "relay-agent-info", Shape::Opaque}, // RFC 3046
    OptionKind{93, "client-arch", Shape::U16List},     // RFC 4578
    OptionKind{94, "client-ndi", Shape::Opaque},       OptionKind{97, "client-uuid", Shape::Uuid},
    OptionKind{150, "tftp-servers", Shape::IpList},    // RFC 5859
    OptionKind{175, "ipxe", Shape::Opaque},
};
// clang-format on
static_assert(std::is_sorted(kKinds.begin(), kKinds.end(),
                             [](const auto& a, const auto& b) { return a.code < b.code; }));

bool fits(Shape shape, std::size_t size) {
  switch (shape) {
    case Shape::U8: return size == 1;
    case Shape::U16: return size == 2;
    case Shape::U32:
    case Shape::Ip: return size == 4;
    case Shape::U16List: return size >= 2 && size % 2 == 0;
    case Shape::IpList: return size >= 4 && size % 4 == 0;
    case Shape::Uuid: return size == 17;
    case Shape::Opaque:
    case Shape::Text: return true;
  }
  return true;
}

// Numbers of `width` bytes, or addresses, separated by commas.
std::string list_text(Bytes value, std::size_t width, bool addresses) {
  std::string text;
  for (; value.size() >= width; value = value.subspan(width)) {
    if (!text.empty()) text += ", ";
    std::uint32_t number = 0;
    for (const std::uint8_t byte : value.first(width))
      number = (number << 8U) | byte;
    text += addresses ? to_string(Ipv4{number}) : std::to_string(number);
  }
  return text;
}

}  // namespace

const OptionKind* find_kind(std::uint8_t code) {
  const auto* const found = std::lower_bound(
      kKinds.begin(), kKinds.end(), code,
      [](const OptionKind& kind, std::uint8_t wanted) { return kind.code < wanted; });
  return found != kKinds.end() && found->code == code ? found : nullptr;
}

Status check_shapes(const Options& options) {
  for (const Options::Entry& entry : options.entries()) {
    const OptionKind* const kind = find_kind(entry.code);
    if (kind == nullptr || fits(kind->shape, entry.size)) continue;
    return failure(Errc::Invalid, "DHCP option " + std::to_string(entry.code) + " (" +
                                      std::string{kind->name} + ") has a value of " +
                                      std::to_string(entry.size) + " bytes");
  }
  return {};
}

std::string value_text(std::uint8_t code, Bytes value) {
  const OptionKind* const kind = find_kind(code);
  if (kind == nullptr || !fits(kind->shape, value.size())) return hex(value);
  switch (kind->shape) {
    case Shape::U8: return list_text(value, 1, false);
    case Shape::U16:
    case Shape::U16List: return list_text(value, 2, false);
    case Shape::U32: return list_text(value, 4, false);
    case Shape::Ip:
    case Shape::IpList: return list_text(value, 4, true);
    case Shape::Text: return printable(as_text(value));
    case Shape::Uuid:
    case Shape::Opaque: return hex(value);
  }
  return hex(value);
}

}  // namespace switchyard::pxe::dhcp
