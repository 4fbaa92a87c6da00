#include "switch-drivers/linux-frr/requirements.h"

#include "switch-drivers/frr/instance.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace switchyard::switch_drivers::linux_frr {

namespace {

constexpr std::size_t kInterfaceLength = 15;  // IFNAMSIZ - 1

bool is_kind(const SwitchState& observed, const std::string& name, const char* kind) {
  const auto link = observed.links.find(name);
  return link != observed.links.end() && link->second.kind == kind;
}

Status check_vrf(const SwitchState& observed, const std::string& vrf, Asn asn) {
  if (!is_kind(observed, vrf, "vrf")) {
    return failure(Errc::Rejected, "the switch has no VRF " + vrf);
  }
  return frr::check_instance(*observed.running, frr::instance_of(asn, vrf));
}

Status check_bridge(const SwitchState& observed, const std::string& bridge) {
  if (!is_kind(observed, bridge, "bridge")) {
    return failure(Errc::Rejected, "the switch has no bridge " + bridge);
  }
  if (!observed.links.at(bridge).vlan_filtering) {
    return failure(Errc::Rejected, "bridge " + bridge + " is not VLAN-aware");
  }
  return {};
}

}  // namespace

bool is_port_kind(std::string_view kind) {
  constexpr std::array<std::string_view, 7> kMade{"vlan", "vrf",  "bridge", "vxlan",
                                                  "bond", "team", "dummy"};
  return std::find(kMade.begin(), kMade.end(), kind) == kMade.end();
}

Status check_requirements(const PortIntent& intent, const SwitchState& observed,
                          const SwitchContext& context) {
  const std::string where = "port " + intent.port;
  const auto link = observed.links.find(intent.port);
  if (link == observed.links.end()) return failure(Errc::NotFound, where + " is not on the switch");
  if (!is_port_kind(link->second.kind)) {
    return failure(Errc::Rejected,
                   fmt::format("{} is a {}, not a front-panel port", where, link->second.kind));
  }
  if (intent.mode == PortMode::Provisioning || intent.mode == PortMode::Segment) {
    if (auto status = check_bridge(observed, context.bridge); !status) {
      return tl::unexpected(status.error().in(where));
    }
  }
  for (const Attachment& attachment : intent.attachments) {
    const std::string name = fmt::format("{}.{}", intent.port, attachment.tag.value);
    if (name.size() > kInterfaceLength) {
      return failure(Errc::Rejected, fmt::format("{}: the subinterface name {} has more than {} "
                                                 "characters",
                                                 where, name, kInterfaceLength));
    }
    if (auto status = check_vrf(observed, attachment.vrf.value, context.asn); !status) {
      return tl::unexpected(status.error().in(where));
    }
  }
  return {};
}

std::vector<std::string> problems_of(const SwitchState& observed, const SwitchContext& context) {
  std::vector<std::string> problems;
  if (auto status = check_bridge(observed, context.bridge); !status) {
    problems.push_back(status.error().message);
  }
  for (const VrfName& vrf : usable_vrfs(observed, context.asn)) {
    if (auto status =
            frr::check_policy_required(*observed.running, frr::instance_of(context.asn, vrf.value));
        !status) {
      problems.push_back(status.error().message);
    }
    for (const char* family : {"v4", "v6"}) {
      if (observed.dead_ends.contains(vrf.value + " " + family)) continue;
      problems.push_back(fmt::format(
          "VRF {} has no unreachable default route for IP{}; the first routed port adds it",
          vrf.value, family));
    }
  }
  if (frr::asn_of(*observed.running) != context.asn) {
    problems.push_back(fmt::format("FRR has no BGP instance of AS {}", context.asn.value));
  }
  if (observed.saved->lines.empty()) {
    problems.push_back(
        "FRR has no integrated configuration in /etc/frr/frr.conf, so nothing can be saved");
  }
  return problems;
}

std::vector<VrfName> usable_vrfs(const SwitchState& observed, Asn asn) {
  std::vector<VrfName> vrfs;
  for (const auto& [name, link] : observed.links) {
    const auto vrf = parse_vrf(name);
    if (vrf && link.kind == "vrf" &&
        observed.running->lines.contains({frr::instance_of(asn, name)})) {
      vrfs.push_back(*vrf);
    }
  }
  return vrfs;
}

}  // namespace switchyard::switch_drivers::linux_frr
