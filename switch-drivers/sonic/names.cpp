#include "switch-drivers/sonic/names.h"

#include <fmt/format.h>

#include <algorithm>

namespace switchyard::switch_drivers::sonic {

namespace {

constexpr std::size_t kInterfaceLength = 15;  // IFNAMSIZ - 1
constexpr std::string_view kPort = "Ethernet";
constexpr std::string_view kShortPort = "Eth";
constexpr std::string_view kVrf = "Vrf";
constexpr std::string_view kMadeVrf = "Vrf_";

bool is_number(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Result<std::string> vrf_name(const VrfName& vrf) {
  const std::string& name = vrf.value;
  if (name.starts_with(kMadeVrf)) {
    return failure(Errc::Invalid,
                   fmt::format("VRF {}: on SONiC that is what VRF \"{}\" becomes; name it so", name,
                               name.substr(kMadeVrf.size())));
  }
  if (name.starts_with(kVrf) && name.size() > kVrf.size()) return name;
  if (name.size() + kMadeVrf.size() > kInterfaceLength) {
    return failure(
        Errc::Invalid,
        fmt::format("VRF {}: SONiC wants \"Vrf_\" before it and 15 characters in all; 11 "
                    "are left for a name",
                    name));
  }
  return std::string{kMadeVrf} + name;
}

VrfName intent_vrf(std::string_view name) {
  return VrfName{std::string{name.starts_with(kMadeVrf) ? name.substr(kMadeVrf.size()) : name}};
}

Status check_port(std::string_view port) {
  if (port.starts_with(kPort) && is_number(port.substr(kPort.size()))) return {};
  return failure(Errc::Invalid,
                 fmt::format("port {}: a front-panel port of SONiC is like Ethernet4", port));
}

std::string subinterface_name(std::string_view port, VlanId tag) {
  std::string name = fmt::format("{}.{}", port, tag.value);
  return name.size() <= kInterfaceLength ? name : fmt::format("{}.{}", short_port(port), tag.value);
}

bool is_short(std::string_view subinterface) { return !subinterface.starts_with(kPort); }

std::string parent_of(std::string_view subinterface) {
  const std::size_t dot = subinterface.find('.');
  if (dot == std::string_view::npos || !is_number(subinterface.substr(dot + 1))) return {};
  const std::string_view parent = subinterface.substr(0, dot);
  for (const std::string_view prefix : {kPort, kShortPort}) {
    if (parent.starts_with(prefix) && is_number(parent.substr(prefix.size())))
      return std::string{kPort}.append(parent.substr(prefix.size()));
  }
  return {};
}

std::string short_port(std::string_view port) {
  return std::string{kShortPort}.append(port.substr(kPort.size()));
}

Result<std::string> vlan_name(VlanId vlan) {
  if (vlan.value < 2) return failure(Errc::Invalid, "SONiC cannot have VLAN 1");
  return fmt::format("Vlan{}", vlan.value);
}

}  // namespace switchyard::switch_drivers::sonic
