#include "switch-drivers/junos/objects.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace switchyard::switch_drivers::junos {

namespace {

constexpr std::string_view kMark = "switchyard-change";
constexpr std::string_view kOurs = "SWY-";

// What of an interface is ours to say; units are, too.
constexpr std::array<std::string_view, 9> kInterfaceLeaves{
    "description",   "disable",        "mtu",      "vlan-tagging", "flexible-vlan-tagging", "unit",
    "encapsulation", "native-vlan-id", "@inactive"};

bool is_one_of(std::string_view element, const auto& list) {
  return std::find(list.begin(), list.end(), element) != list.end();
}

// "et-0/0/5.101" -> "et-0/0/5"; also of "SWY-et-0/0/5.101-4" once its beginning is cut off.
std::string port_of_unit(std::string_view unit) {
  return std::string{unit.substr(0, unit.find('.'))};
}

Path first(const Path& path, std::size_t steps) {
  return {path.begin(), path.begin() + static_cast<std::ptrdiff_t>(steps)};
}

Owned owner_in_policy(const Path& path) {
  const std::string_view key = path[1].key;
  if (!key.starts_with(kOurs)) return {};
  for (const std::string_view of_port : {"SWY-P-", "SWY-I-"})
    if (key.starts_with(of_port)) return {first(path, 2), port_of_unit(key.substr(of_port.size()))};
  return {first(path, 2), ""};
}

Owned owner_in_instance(const Path& path) {
  if (path[2].element == "interface") return {first(path, 3), port_of_unit(path[2].key)};
  const bool is_group = path.size() >= 5 && path[2].element == "protocols" &&
                        path[3].element == "bgp" && path[4].element == "group" &&
                        path[4].key.starts_with(kOurs);
  if (!is_group) return {};
  return {first(path, 5), port_of_unit(std::string_view{path[4].key}.substr(kOurs.size()))};
}

// Names of ours among what these statements say, but for one.
void add_names(std::set<std::string>& names, const Statements& statements,
               std::string_view but_for = {}) {
  for (const Statement& statement : statements) {
    for (const Step& step : statement.path)
      if (step.key.starts_with(kOurs) && step.key != but_for) names.insert(step.key);
    if (statement.value.starts_with(kOurs) && statement.value != but_for)
      names.insert(statement.value);
  }
}

// What ports need, and what the shared objects need that are not unused.
std::set<std::string> needed_names(const Config& config, const std::set<Path>& unused) {
  std::set<std::string> needed;
  for (const auto& [port, statements] : config.by_port)
    add_names(needed, statements);
  for (const auto& [root, statements] : config.shared)
    if (!unused.contains(root)) add_names(needed, statements, root.back().key);
  return needed;
}

}  // namespace

Status check_port(std::string_view port) {
  const std::size_t dash = port.find('-');
  const std::string_view media = port.substr(0, dash);
  const bool known = media == "ge" || media == "xe" || media == "et" || media == "mge";
  if (known && dash != std::string_view::npos) {
    const std::string_view place = port.substr(dash + 1);
    const bool numbers = !place.empty() && std::all_of(place.begin(), place.end(), [](char c) {
      return std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '/';
    });
    if (numbers && std::count(place.begin(), place.end(), '/') == 2 &&
        place.find("//") == std::string_view::npos && place.front() != '/' && place.back() != '/')
      return {};
  }
  return failure(Errc::Invalid, fmt::format("port {}: Junos has ports like et-0/0/5", port));
}

std::string unit_name(std::string_view port, VlanId tag) {
  return fmt::format("{}.{}", port, tag.value);
}

std::string inbound_list(std::string_view unit, Family family) {
  return fmt::format("SWY-P-{}-{}", unit, family == Family::V4 ? 4 : 6);
}

std::string inbound_policy(std::string_view unit) { return fmt::format("SWY-I-{}", unit); }

std::string group_name(std::string_view unit) { return fmt::format("SWY-{}", unit); }

Path port_path(std::string_view port) {
  return {{"interfaces", ""}, {"interface", std::string{port}}};
}

Path vrf_path(std::string_view vrf) {
  return {{"routing-instances", ""}, {"instance", std::string{vrf}}};
}

Path policy_path(std::string_view kind, std::string_view name) {
  return {{"policy-options", ""}, {std::string{kind}, std::string{name}}};
}

Path mark_path(std::string_view port) {
  Path path = port_path(port);
  path.push_back({"apply-macro", std::string{kMark}});
  return path;
}

Owned owner_of(const Path& path) {
  if (path.size() < 2) return {};
  const std::string_view top = path[0].element;
  if (top == "policy-options") return owner_in_policy(path);
  if (path.size() < 3) return {};
  if (top == "interfaces" && path[1].element == "interface" &&
      is_one_of(path[2].element, kInterfaceLeaves))
    return {first(path, 3), path[1].key};
  if (top == "routing-instances" && path[1].element == "instance") return owner_in_instance(path);
  if (top == "protocols" && path[1].element == "router-advertisement" &&
      path[2].element == "interface")
    return {first(path, 3), port_of_unit(path[2].key)};
  if (top == "vlans" && path[2].element == "interface")
    return {first(path, 3), port_of_unit(path[2].key)};
  return {};
}

Config sort_config(Statements all) {
  Config config{.all = std::move(all)};
  for (const Statement& statement : config.all) {
    const Path& path = statement.path;
    if (path.size() > 3 && path[1].element == "interface" && path[2].key == kMark &&
        path.back().element == "value") {
      config.marks[path[1].key] = statement.value;
      continue;
    }
    const Owned owned = owner_of(path);
    if (owned.root.empty()) continue;
    Statements& of = owned.port.empty() ? config.shared[owned.root] : config.by_port[owned.port];
    of.insert(of.end(), statement);
  }
  return config;
}

std::set<Path> unused_shared(const Config& config) {
  std::set<Path> unused;
  std::size_t before = 0;
  do {
    before = unused.size();
    const std::set<std::string> needed = needed_names(config, unused);
    for (const auto& [root, statements] : config.shared)
      if (!needed.contains(root.back().key)) unused.insert(root);
  } while (unused.size() != before);
  return unused;
}

std::map<Path, Statements> needed_shared(const Config& config, const Statements& users) {
  std::map<Path, Statements> needed;
  std::set<std::string> names;
  add_names(names, users);
  std::size_t before = 0;
  do {
    before = names.size();
    for (const auto& [root, statements] : config.shared) {
      if (!names.contains(root.back().key) || !needed.emplace(root, statements).second) continue;
      add_names(names, statements);
    }
  } while (names.size() != before);
  return needed;
}

}  // namespace switchyard::switch_drivers::junos
