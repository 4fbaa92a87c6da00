#include "switch-drivers/junos/requirements.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

namespace switchyard::switch_drivers::junos {

namespace {

std::string value_at(const Config& config, const Path& path) {
  const auto found = config.all.lower_bound({path, ""});
  return found != config.all.end() && found->path == path ? found->value : std::string{};
}

Path below(Path path, std::string element) {
  path.push_back({std::move(element), ""});
  return path;
}

bool is_usable(const std::string& type) { return type == "virtual-router" || type == "vrf"; }

Status check_vrf(const Config& config, const std::string& vrf) {
  const std::string type = value_at(config, below(vrf_path(vrf), "instance-type"));
  if (type.empty()) return failure(Errc::Rejected, "the switch has no routing instance " + vrf);
  if (!is_usable(type)) {
    return failure(
        Errc::Rejected,
        fmt::format("routing instance {} is of type {}, not virtual-router or vrf", vrf, type));
  }
  if (config.all.contains({below(vrf_path(vrf), "@inactive"), ""}))
    return failure(Errc::Rejected, "routing instance " + vrf + " is deactivated");
  return {};
}

std::set<std::string> vlans_of(const Config& config) {
  std::set<std::string> tags;
  for (const Statement& statement : beneath(config.all, {{"vlans", ""}}))
    if (statement.path.back().element == "vlan-id") tags.insert(statement.value);
  return tags;
}

Status check_vlans(const PortIntent& intent, const Config& config) {
  const std::set<std::string> tags = vlans_of(config);
  std::vector<VlanId> wished = intent.tagged;
  if (intent.untagged) wished.push_back(*intent.untagged);
  for (const VlanId tag : wished)
    if (!tags.contains(std::to_string(tag.value)))
      return failure(Errc::Rejected, fmt::format("the switch has no VLAN {}", tag.value));
  return {};
}

}  // namespace

Status check_requirements(const PortIntent& intent, const BaseConfig& base) {
  const std::string where = "port " + intent.port;
  if (auto status = check_port(intent.port); !status) return status;
  if (!base.interfaces.contains(intent.port))
    return failure(Errc::NotFound, where + " is not on the switch");
  if (auto status = check_vlans(intent, base.config); !status)
    return tl::unexpected(status.error().in(where));
  for (const Attachment& attachment : intent.attachments)
    if (auto status = check_vrf(base.config, attachment.vrf.value); !status)
      return tl::unexpected(status.error().in(where));
  if (!intent.attachments.empty() && asn_of(base.config) != base.asn) {
    return failure(Errc::Rejected,
                   fmt::format("{}: the switch is not of AS {}", where, base.asn.value));
  }
  // What a group gives an interface is in force and not in what we read of it.
  for (const Statement& statement : beneath(base.config.all, port_path(intent.port)))
    if (statement.path[2].element == "apply-groups")
      return failure(Errc::Rejected, where + " has apply-groups, so what it says is not all it is");
  return {};
}

std::vector<std::string> problems_of(const BaseConfig& base) {
  std::vector<std::string> problems;
  if (asn_of(base.config) != base.asn)
    problems.push_back(fmt::format("routing-options autonomous-system is {} and not {}",
                                   asn_of(base.config).value, base.asn.value));
  if (usable_vrfs(base.config).empty())
    problems.emplace_back("there is no routing instance of type virtual-router or vrf");
  if (vlans_of(base.config).empty()) problems.emplace_back("there is no VLAN with a vlan-id");
  for (const auto& [port, change] : base.config.marks)
    problems.push_back(fmt::format("change {} of port {} is not settled", change, port));
  return problems;
}

std::vector<VrfName> usable_vrfs(const Config& config) {
  std::vector<VrfName> vrfs;
  for (const Statement& statement : beneath(config.all, {{"routing-instances", ""}})) {
    if (statement.path.size() != 3 || statement.path[2].element != "instance-type") continue;
    const auto name = parse_vrf(statement.path[1].key);
    if (name && is_usable(statement.value)) vrfs.push_back(*name);
  }
  return vrfs;
}

// `autonomous-system` is a leaf with a value, or has it as <as-number> beside others.
Asn asn_of(const Config& config) {
  const Path path{{"routing-options", ""}, {"autonomous-system", ""}};
  std::string text = value_at(config, below(path, "as-number"));
  if (text.empty()) text = value_at(config, path);
  std::uint32_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return {value};
}

}  // namespace switchyard::switch_drivers::junos
