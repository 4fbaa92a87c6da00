#include "switch-drivers/arista-eos/requirements.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace switchyard::switch_drivers::arista_eos {

namespace {

std::string router(Asn asn) { return fmt::format("router bgp {}", asn.value); }

Status check_vrf(const Config& running, const std::string& vrf, Asn asn) {
  if (!running.contains({"vrf instance " + vrf}))
    return failure(Errc::Rejected, fmt::format("the switch has no \"vrf instance {}\"", vrf));
  if (!running.contains({router(asn), "vrf " + vrf}))
    return failure(Errc::Rejected,
                   fmt::format("\"{}\" has no section \"vrf {}\"", router(asn), vrf));
  for (const char* routing : {"ip routing vrf ", "ipv6 unicast-routing vrf "})
    if (!running.contains({routing + vrf}))
      return failure(Errc::Rejected, fmt::format("the switch has no \"{}{}\"", routing, vrf));
  return {};
}

// "vlan 100" or as one of "vlan 100,102-104".
bool has_vlan(const Config& running, unsigned wanted) {
  constexpr std::string_view kVlan = "vlan ";
  for (auto at = running.lower_bound({std::string(kVlan)});
       at != running.end() && (*at)[0].starts_with(kVlan); ++at) {
    std::string_view ranges = std::string_view((*at)[0]).substr(kVlan.size());
    while (!ranges.empty()) {
      const std::string range(ranges.substr(0, ranges.find(',')));
      ranges.remove_prefix(std::min(range.size() + 1, ranges.size()));
      const std::size_t dash = range.find('-');
      const auto first = std::strtoul(range.c_str(), nullptr, 10);
      const auto last =
          dash == std::string::npos ? first : std::strtoul(range.c_str() + dash + 1, nullptr, 10);
      if (first <= wanted && wanted <= last) return true;
    }
  }
  return false;
}

Status check_vlans(const PortIntent& intent, const Config& running) {
  std::vector<VlanId> vlans = intent.tagged;
  if (intent.untagged) vlans.push_back(*intent.untagged);
  for (const VlanId& vlan : vlans)
    if (!has_vlan(running, vlan.value))
      return failure(Errc::Rejected, fmt::format("the switch has no VLAN {}", vlan.value));
  return {};
}

}  // namespace

Status check_requirements(const PortIntent& intent, const Config& running,
                          const SwitchContext& context) {
  const std::string where = "port " + intent.port;
  const auto ports = ports_of(running);
  if (std::ranges::find(ports, intent.port) == ports.end())
    return failure(Errc::NotFound, where + " is not on the switch");
  const Config own = section(running, {"interface " + intent.port});
  if (std::ranges::any_of(own, [](const Line& line) {
        return line.size() > 1 && line[1].starts_with("channel-group");
      }))
    return failure(Errc::Rejected, where + " is member of a port channel");
  Status status = check_vlans(intent, running);
  if (status && (intent.mode == PortMode::Routed || intent.mode == PortMode::Shut) &&
      !running.contains({"vrf instance " + context.quarantine}))
    status = failure(Errc::Rejected, fmt::format("the switch has no \"vrf instance {}\", where "
                                                 "the untagged frames of a routed port end",
                                                 context.quarantine));
  for (const Attachment& attachment : intent.attachments)
    if (status) status = check_vrf(running, attachment.vrf.value, context.asn);
  if (!status) return tl::unexpected(status.error().in(where));
  return {};
}

std::vector<std::string> problems_of(const Config& running, const SwitchContext& context) {
  std::vector<std::string> problems;
  if (!running.contains({"service routing protocols model multi-agent"}))
    problems.emplace_back(
        "there is no \"service routing protocols model multi-agent\": the other model knows no "
        "IPv4 routes with IPv6 next hops");
  if (!running.contains({router(context.asn)}))
    problems.push_back(fmt::format("there is no \"{}\"", router(context.asn)));
  if (!running.contains({router(context.asn), "no bgp default ipv4-unicast"}))
    problems.push_back(fmt::format(
        "\"{}\" has no \"no bgp default ipv4-unicast\": a neighbour would be active before its "
        "filters are there",
        router(context.asn)));
  if (!running.contains({"vrf instance " + context.quarantine}))
    problems.push_back(fmt::format("there is no \"vrf instance {}\"", context.quarantine));
  for (const char* routing : {"ip routing vrf ", "ipv6 unicast-routing vrf "})
    if (running.contains({routing + context.quarantine}))
      problems.push_back(fmt::format("VRF {} routes: \"{}{}\" must not be there",
                                     context.quarantine, routing, context.quarantine));
  for (const VrfName& vrf : usable_vrfs(running, context.asn)) {
    for (const char* routing :
         {"ip routing vrf ", "ipv6 unicast-routing vrf ", "ip routing ipv6 interfaces vrf "})
      if (!running.contains({routing + vrf.value}))
        problems.push_back(fmt::format("there is no \"{}{}\"", routing, vrf.value));
  }
  return problems;
}

std::vector<VrfName> usable_vrfs(const Config& running, Asn asn) {
  constexpr std::string_view kVrf = "vrf ";
  std::vector<VrfName> vrfs;
  for (const Line& line : section(running, {router(asn)})) {
    if (line.size() != 2 || !line[1].starts_with(kVrf)) continue;
    if (auto vrf = parse_vrf(line[1].substr(kVrf.size())); vrf) vrfs.push_back(std::move(*vrf));
  }
  return vrfs;
}

}  // namespace switchyard::switch_drivers::arista_eos
