#include "switch-drivers/cumulus-nvue/objects.h"

#include <fmt/format.h>

#include <algorithm>

namespace switchyard::switch_drivers::cumulus_nvue {

namespace {

const std::set<std::string> kPolicyKinds{kPrefixList, kRouteMap, kAsPathList};
// Of a port itself. Its speed, optics, LLDP, quality of service and access lists are not ours.
const std::set<std::string> kPortObjects{"type", "description", "bridge", "ip"};
const std::set<std::string> kLinkObjects{"state", "mtu"};

std::string family_suffix(Family family) { return family == Family::V4 ? "-4" : "-6"; }

std::string port_of(const std::string& unit) { return unit.substr(0, unit.find('.')); }

// The object that the value of this leaf names; empty for others.
Path object_named_by(const Path& path, const std::string& value) {
  if (!value.starts_with("SWY-") || path.size() < 2) return {};
  const std::string& key = path.back();
  if (key == kRouteMap) return policy_path(kRouteMap, value);
  if (key == kPrefixList || key == "ip-prefix-list") return policy_path(kPrefixList, value);
  if (key == kAsPathList) return policy_path(kAsPathList, value);
  return {};
}

Owned owner_of_policy(const Path& path) {
  const std::string& name = path[3];
  const Path root{path.begin(), path.begin() + 4};
  const std::string kind = name.substr(0, 6);
  if (kind == "SWY-A-" || kind == "SWY-O-" || kind == "SWY-L-") return {root, ""};
  const std::size_t dot = name.find('.');
  if ((kind != "SWY-P-" && kind != "SWY-I-") || dot == std::string::npos) return {};
  return {root, name.substr(kind.size(), dot - kind.size())};
}

Owned owner_of_interface(const Path& path) {
  const std::string port = port_of(path[1]);
  if (!check_port(port)) return {};
  if (path[1] != port) return {{path[0], path[1]}, port};
  if (path.size() > 2 && kPortObjects.contains(path[2])) return {{path[0], path[1], path[2]}, port};
  if (path.size() > 3 && path[2] == "link" && kLinkObjects.contains(path[3]))
    return {{path[0], path[1], path[2], path[3]}, port};
  return {};
}

}  // namespace

Status check_port(std::string_view port) {
  const auto digits = [&](std::size_t from) {
    const std::size_t end = std::min(port.find_first_not_of("0123456789", from), port.size());
    return end == from ? 0 : end;
  };
  std::size_t end = port.starts_with("swp") ? digits(3) : 0;
  if (end != 0 && end < port.size()) end = port[end] == 's' ? digits(end + 1) : 0;
  // "swp5.4094" has to fit into an interface's name.
  constexpr std::size_t kLongest = 10;
  if (end == port.size() && end != 0 && end <= kLongest) return {};
  return failure(Errc::Invalid,
                 fmt::format("\"{}\" is no port of Cumulus Linux (swp5, swp5s0)", port));
}

std::string unit_name(std::string_view port, VlanId tag) {
  return fmt::format("{}.{}", port, tag.value);
}

std::string list_name(std::string_view unit, Family family) {
  return fmt::format("SWY-P-{}{}", unit, family_suffix(family));
}

std::string map_name(std::string_view unit, Family family) {
  return fmt::format("SWY-I-{}{}", unit, family_suffix(family));
}

std::string as_name(Asn asn) { return fmt::format("SWY-A-{}", asn.value); }

Path interface_path(std::string_view name) { return {"interface", std::string{name}}; }

Path neighbour_path(std::string_view vrf, std::string_view unit) {
  return {"vrf", std::string{vrf}, "router", "bgp", "neighbor", std::string{unit}};
}

Path policy_path(std::string_view kind, std::string_view name) {
  return {"router", "policy", std::string{kind}, std::string{name}};
}

Owned owner_of(const Path& path) {
  if (path.size() >= 2 && path[0] == "interface") return owner_of_interface(path);
  if (path.size() >= 4 && path[0] == "router" && path[1] == "policy" &&
      kPolicyKinds.contains(path[2]))
    return owner_of_policy(path);
  if (path.size() >= 6 && path[0] == "vrf" && path[2] == "router" && path[3] == "bgp" &&
      path[4] == "neighbor" && check_port(port_of(path[5])) &&
      path[5].find('.') != std::string::npos)
    return {{path.begin(), path.begin() + 6}, port_of(path[5])};
  return {};
}

Config sort_config(Leaves all) {
  Config config;
  for (const auto& [path, value] : all) {
    const Owned owned = owner_of(path);
    if (owned.root.empty()) continue;
    if (owned.port.empty())
      config.shared[owned.root].emplace(path, value);
    else
      config.by_port[owned.port].emplace(path, value);
  }
  config.all = std::move(all);
  return config;
}

std::set<Path> unused_shared(const Config& config) {
  std::set<Path> used;
  const auto note = [&](const Leaves& leaves) {
    for (const auto& [path, value] : leaves)
      if (Path named = object_named_by(path, value); !named.empty()) used.insert(std::move(named));
  };
  for (const auto& [port, leaves] : config.by_port)
    note(leaves);
  for (const auto& [path, value] : config.all)  // what others made may lean on ours
    if (owner_of(path).root.empty()) note({{path, value}});
  // A prefix list is in use as long as its route map is.
  for (const auto& [root, leaves] : config.shared)
    if (used.contains(root)) note(leaves);
  std::set<Path> unused;
  for (const auto& [root, leaves] : config.shared)
    if (!used.contains(root)) unused.insert(root);
  return unused;
}

std::map<Path, Leaves> needed_shared(const Config& config, const Leaves& users) {
  std::map<Path, Leaves> needed;
  for (const auto& [path, value] : users) {
    const auto found = config.shared.find(object_named_by(path, value));
    if (found == config.shared.end() || !needed.insert(*found).second) continue;
    needed.merge(needed_shared(config, found->second));
  }
  return needed;
}

}  // namespace switchyard::switch_drivers::cumulus_nvue
