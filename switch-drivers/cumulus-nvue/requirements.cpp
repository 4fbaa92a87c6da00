#include "switch-drivers/cumulus-nvue/requirements.h"

#include "switch-drivers/cumulus-nvue/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

namespace switchyard::switch_drivers::cumulus_nvue {

namespace {

// The API is on by default from 5.6. In 5.15 its words changed ("enable": "on" became "state":
// "enabled"), and nothing here has learned the new ones.
constexpr std::pair kFirstVersion{5, 6};
constexpr std::pair kFirstUnknownVersion{5, 15};

std::string version_fault(const System& system) {
  const auto version = version_of(system);
  if (version && *version >= kFirstVersion && *version < kFirstUnknownVersion) return {};
  return fmt::format(
      "Cumulus Linux {} is not one of 5.6 to 5.14: before there is no API to rely on, and in 5.15 "
      "its words changed",
      system.version);
}

bool is_on(const Leaves& leaves, const Path& path) { return value_at(leaves, path) == "on"; }

bool has_bgp(const Config& config, const std::string& vrf) {
  return is_on(config.all, {"vrf", vrf, "router", "bgp", "enable"});
}

// A static route to a blackhole for both families.
bool is_dead_end(const Config& config, const std::string& vrf) {
  for (const char* all : {"0.0.0.0/0", "::/0"}) {
    const Leaves route = beneath(config.all, {"vrf", vrf, "router", "static", all});
    const bool drops = std::any_of(route.begin(), route.end(), [](const auto& one) {
      return std::find(one.first.begin(), one.first.end(), "blackhole") != one.first.end();
    });
    if (!drops) return false;
  }
  return true;
}

// VLANs of the bridge; "100" or "100-199,300" as keys.
bool has_vlan(const Config& config, const std::string& bridge, VlanId tag) {
  for (const std::string& key : keys_at(config.all, {"bridge", "domain", bridge, "vlan"})) {
    const char* at = key.data();
    const char* const end = at + key.size();
    while (at < end) {
      int first = 0;
      auto read = std::from_chars(at, end, first);
      int last = first;
      if (read.ptr < end && *read.ptr == '-') read = std::from_chars(read.ptr + 1, end, last);
      if (read.ec != std::errc{}) break;
      if (first <= tag.value && tag.value <= last) return true;
      at = read.ptr + 1;
    }
  }
  return false;
}

Status check_vlans(const PortIntent& intent, const Config& config, const std::string& bridge) {
  std::vector<VlanId> wished = intent.tagged;
  if (intent.untagged) wished.push_back(*intent.untagged);
  for (const VlanId tag : wished)
    if (!has_vlan(config, bridge, tag))
      return failure(Errc::Rejected,
                     fmt::format("bridge domain {} has no VLAN {}", bridge, tag.value));
  return {};
}

Status check_routing(const PortIntent& intent, const Config& config, const SwitchContext& context) {
  if (intent.mode != PortMode::Routed) return {};
  if (!has_beneath(config.all, {"vrf", context.quarantine}))
    return failure(Errc::Rejected, fmt::format("there is no VRF {} for what comes without a tag",
                                               context.quarantine));
  for (const Attachment& attachment : intent.attachments)
    if (!has_bgp(config, attachment.vrf.value))
      return failure(Errc::Rejected,
                     fmt::format("the switch has no VRF {} with BGP", attachment.vrf.value));
  if (asn_of(config) != context.asn)
    return failure(Errc::Rejected, fmt::format("the switch is not of AS {}", context.asn.value));
  return {};
}

}  // namespace

Status check_requirements(const PortIntent& intent, const View& view,
                          const SwitchContext& context) {
  const std::string where = "port " + intent.port;
  if (auto status = check_port(intent.port); !status) return status;
  if (std::string fault = version_fault(view.system); !fault.empty())
    return failure(Errc::Rejected, where + ": " + fault);
  if (!view.interfaces.contains(intent.port))
    return failure(Errc::NotFound, where + " is not on the switch");
  if (auto status = check_vlans(intent, view.config, context.bridge); !status)
    return tl::unexpected(status.error().in(where));
  if (auto status = check_routing(intent, view.config, context); !status)
    return tl::unexpected(status.error().in(where));
  for (const std::string& name : keys_at(view.config.all, {"interface"})) {
    if (has_beneath(view.config.all, {"interface", name, "bond", "member", intent.port}))
      return failure(Errc::Rejected, fmt::format("{} is a member of bond {}", where, name));
  }
  return {};
}

std::vector<std::string> problems_of(const View& view, const SwitchContext& context) {
  std::vector<std::string> problems;
  if (std::string fault = version_fault(view.system); !fault.empty())
    problems.push_back(std::move(fault));
  const Config& config = view.config;
  if (asn_of(config) != context.asn)
    problems.push_back(fmt::format("router bgp autonomous-system is {} and not {}",
                                   asn_of(config).value, context.asn.value));
  if (!has_beneath(config.all, {"bridge", "domain", context.bridge, "vlan"}))
    problems.push_back(fmt::format("bridge domain {} has no VLANs", context.bridge));
  const std::vector<VrfName> vrfs = usable_vrfs(config);
  if (vrfs.empty()) problems.emplace_back("there is no VRF with BGP");
  if (!has_beneath(config.all, {"vrf", context.quarantine}))
    problems.push_back(
        fmt::format("there is no VRF {} for what comes without a tag", context.quarantine));
  else if (!is_dead_end(config, context.quarantine))
    problems.push_back(
        fmt::format("VRF {} has no static default to a blackhole for both families: what it does "
                    "not know goes the way of the default VRF",
                    context.quarantine));
  for (const VrfName& vrf : vrfs)
    if (!is_dead_end(config, vrf.value))
      problems.push_back(
          fmt::format("VRF {} has no static default to a blackhole (with a distance behind BGP's) "
                      "for both families: what it does not know goes the way of the default VRF",
                      vrf.value));
  if (view.waiting)
    problems.push_back(fmt::format("revision {} waits to be confirmed", *view.waiting));
  if (!unsaved_is_ours(view) && !view.waiting)
    problems.emplace_back(
        "there is configuration that nobody saved: keeping a change saves it, too");
  return problems;
}

std::vector<VrfName> usable_vrfs(const Config& config) {
  std::vector<VrfName> vrfs;
  for (const std::string& name : keys_at(config.all, {"vrf"}))
    if (const auto vrf = parse_vrf(name); vrf && has_bgp(config, name)) vrfs.push_back(*vrf);
  return vrfs;
}

Asn asn_of(const Config& config) {
  const std::string text = value_at(config.all, {"router", "bgp", "autonomous-system"});
  std::uint32_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return {value};
}

}  // namespace switchyard::switch_drivers::cumulus_nvue
