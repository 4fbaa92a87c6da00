#include "pxe/dhcp/client.h"

#include <algorithm>
#include <array>

namespace switchyard::pxe::dhcp {
namespace {

// clang-format off
constexpr std::array kArches{
    Arch{0, "x86 BIOS", Platform::Bios, Fetch::Tftp},
    Arch{6, "x86 UEFI", Platform::EfiIa32, Fetch::Tftp},
    Arch{7, "x64 UEFI", Platform::EfiX64, Fetch::Tftp},
    Arch{9, "EBC, sent as x64 UEFI", Platform::EfiX64, Fetch::Tftp},  // errata of RFC 4578
    Arch{10, "ARM 32-bit UEFI", Platform::EfiArm32, Fetch::Tftp},
    Arch{11, "ARM 64-bit UEFI", Platform::EfiArm64, Fetch::Tftp},
    Arch{15, "x86 UEFI HTTP", Platform::EfiIa32, Fetch::Http},
    Arch{16, "x64 UEFI HTTP", Platform::EfiX64, Fetch::Http},
    Arch{18, "ARM 32-bit UEFI HTTP", Platform::EfiArm32, Fetch::Http},
    Arch{19, "ARM 64-bit UEFI HTTP", Platform::EfiArm64, Fetch::Http},
    Arch{20, "x86 BIOS HTTP", Platform::Bios, Fetch::Http},
};

// clang-format on

const Arch* first_known(Bytes list) {
  for (; list.size() >= 2; list = list.subspan(2))
    if (const Arch* const known = find_arch(read_u16(list)); known != nullptr) return known;
  return nullptr;
}

// A sub-option of iPXE's encapsulated option 175.
std::optional<Bytes> find_feature(Bytes value, std::uint8_t wanted) {
  while (value.size() >= 2 && value.size() - 2 >= value[1]) {
    if (value[0] == wanted) return value.subspan(2, value[1]);
    value = value.subspan(2 + std::size_t{value[1]});
  }
  return std::nullopt;
}

void note_ipxe(const Packet& packet, Client& client) {
  constexpr std::uint8_t kHttp = 19;
  const auto features = packet.options.find(code::kIpxe);
  const bool named = std::ranges::any_of(client.user_classes,
                                         [](const std::string& name) { return name == "iPXE"; });
  client.ipxe = named || features.has_value();
  client.ipxe_http = client.ipxe && (!features || find_feature(*features, kHttp).has_value());
}

}  // namespace

const Arch* find_arch(std::uint16_t code) {
  const auto* const found =
      std::ranges::find_if(kArches, [code](const Arch& arch) { return arch.code == code; });
  return found == kArches.end() ? nullptr : found;
}

std::vector<std::string> parse_user_classes(Bytes value) {
  std::vector<std::string> classes;
  for (Bytes rest = value; !rest.empty();) {
    const std::size_t size = rest[0];
    if (size == 0 || size > rest.size() - 1) return {std::string{as_text(value)}};
    classes.emplace_back(as_text(rest.subspan(1, size)));
    rest = rest.subspan(1 + size);
  }
  return classes;
}

Result<Client> parse_client(const Packet& packet) {
  const MacAddress mac = packet.mac();
  if (packet.htype != 1 || packet.hlen != mac.bytes.size())
    return failure(Errc::Invalid, "DHCP client with a hardware address that is not Ethernet");
  if ((mac.bytes[0] & 1U) != 0 || mac == MacAddress{})
    return failure(Errc::Invalid, "DHCP client with the hardware address " + to_string(mac));
  Client client{.mac = mac, .vendor_class = std::string{packet.options.text(code::kVendorClass)}};
  if (const auto id = packet.options.find(code::kClientId))
    client.id.assign(id->begin(), id->end());
  if (const auto value = packet.options.find(code::kUserClass))
    client.user_classes = parse_user_classes(*value);
  if (const auto list = packet.options.find(code::kClientArch)) client.arch = first_known(*list);
  note_ipxe(packet, client);
  client.http_client = client.vendor_class.starts_with("HTTPClient");
  client.netboots =
      client.http_client || client.ipxe || client.vendor_class.starts_with("PXEClient");
  return client;
}

}  // namespace switchyard::pxe::dhcp
