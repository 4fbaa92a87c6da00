#include "tests/fakes/nvue/nvue_model.h"

#include <algorithm>
#include <cstdlib>
#include <map>

namespace switchyard::fakes {

namespace {

using nlohmann::json;

std::string port_of(const std::string& unit) { return unit.substr(0, unit.find('.')); }

const char* address_family(std::size_t family) {
  return family == 0 ? "ipv4-unicast" : "ipv6-unicast";
}

bool is_up(const json& interface) { return !at(interface, {"link", "state"}).contains("down"); }

// Rules in the order of their numbers.
std::map<int, const json*> rules_of(const json& object) {
  std::map<int, const json*> rules;
  for (const auto& [number, rule] : at(object, {"rule"}).items())
    rules[std::atoi(number.c_str())] = &rule;
  return rules;
}

bool matches(const std::string& pattern, const json& lengths, const Prefix& prefix) {
  if (pattern == "any") return true;
  const auto outer = parse_prefix(pattern);
  if (!outer || !contains(*outer, prefix)) return false;
  const json& least = at(lengths, {"min-prefix-len"});
  const json& most = at(lengths, {"max-prefix-len"});
  if (!least.is_number() && !most.is_number()) return *outer == prefix;
  return (!least.is_number() || prefix.length >= least.get<int>()) &&
         (!most.is_number() || prefix.length <= most.get<int>());
}

}  // namespace

const json& at(const json& node, std::initializer_list<std::string> keys) {
  static const json none = json::object();
  const json* here = &node;
  for (const std::string& key : keys) {
    if (!here->is_object()) return none;
    const auto found = here->find(key);
    if (found == here->end()) return none;
    here = &*found;
  }
  return *here;
}

std::string text(const json& node) {
  if (node.is_string()) return node.get<std::string>();
  return node.is_object() ? std::string{} : node.dump();
}

bool NvueModel::is_dead_end(const std::string& vrf) const {
  return std::ranges::all_of(std::array{"0.0.0.0/0", "::/0"}, [&](const char* all) {
    return at(config_, {"vrf", vrf, "router", "static", all}).dump().find("blackhole") !=
           std::string::npos;
  });
}

PortForwarding NvueModel::forwarding(const std::string& name) const {
  const json& port = at(config_, {"interface", name});
  PortForwarding view{.exists = has_port_(name)};
  view.up = view.exists && is_up(port);
  for (const auto& [bridge, domain] : at(port, {"bridge", "domain"}).items()) {
    view.bridged = true;
    const std::string access = text(at(domain, {"access"}));
    std::string untagged = text(at(domain, {"untagged"}));
    if (access.empty() && untagged.empty()) untagged = "1";
    for (const std::string& one : {access, untagged})
      if (!one.empty() && one != "none") view.vlans.insert(std::atoi(one.c_str()));
    for (const auto& [vlan, member] : at(domain, {"vlan"}).items())
      view.vlans.insert(std::atoi(vlan.c_str()));
  }
  view.vrf = text(at(port, {"ip", "vrf"}));
  view.dead_end = is_dead_end(view.vrf);
  for (const auto& [unit, interface] : at(config_, {"interface"}).items()) {
    if (text(at(interface, {"base-interface"})) != name) continue;
    const std::string vrf = text(at(interface, {"ip", "vrf"}));
    view.subinterfaces.push_back(
        {.name = unit, .up = is_up(interface), .vrf = vrf, .dead_end = is_dead_end(vrf)});
  }
  return view;
}

NeighbourView NvueModel::view_of(const std::string& vrf, const std::string& name) const {
  const json& of = at(config_, {"vrf", vrf, "router", "bgp", "neighbor", name});
  const json& interface = at(config_, {"interface", name});
  NeighbourView view{.vrf = vrf,
                     .name = name,
                     .port = port_of(name),
                     .tag = std::atoi(text(at(interface, {"vlan"})).c_str()),
                     .remote_as = text(at(of, {"remote-as"}))};
  view.local_asn = static_cast<std::uint32_t>(
      std::atoll(text(at(config_, {"router", "bgp", "autonomous-system"})).c_str()));
  view.shut_down = text(at(of, {"shutdown"})) == "on";
  const PortForwarding port = forwarding(view.port);
  view.passes_frames = !interface.empty() && is_up(interface) && port.up && has_carrier_(view.port);
  view.in_its_vrf = text(at(interface, {"ip", "vrf"})) == vrf;
  for (const std::size_t family : {0U, 1U}) {
    const json& one = at(of, {"address-family", address_family(family)});
    const std::string enable = text(at(one, {"enable"}));
    view.families.at(family).active = family == 0 ? enable != "off" : enable == "on";
    const json& limit = at(one, {"prefix-limits", "inbound", "maximum"});
    if (limit.is_number())
      view.families.at(family).limit = NeighbourView::Limit{limit.get<std::size_t>(), false};
  }
  return view;
}

void NvueModel::visit_neighbours(const std::function<void(const NeighbourView&)>& visit) const {
  for (const auto& [vrf, content] : at(config_, {"vrf"}).items())
    for (const auto& [name, neighbour] : at(content, {"router", "bgp", "neighbor"}).items())
      visit(view_of(vrf, name));
}

std::optional<NeighbourView> NvueModel::neighbour(const std::string& vrf,
                                                  const std::string& name) const {
  if (!at(config_, {"vrf", vrf, "router", "bgp", "neighbor"}).contains(name)) return std::nullopt;
  return view_of(vrf, name);
}

NeighbourGuards NvueModel::guards(const NeighbourView& of) const {
  const json& neighbour = at(config_, {"vrf", of.vrf, "router", "bgp", "neighbor", of.name});
  NeighbourGuards guards{.gtsm = text(at(neighbour, {"ttl-security", "enable"})) == "on"};
  for (const std::size_t family : {0U, 1U}) {
    const json& policy = at(neighbour, {"address-family", address_family(family), "policy"});
    auto& one = guards.families.at(family);
    one.inbound_filter = at(policy, {"inbound"}).contains("prefix-list");
    one.outbound_filter = at(policy, {"outbound"}).contains("route-map");
    one.accepts_default = accepts(of, *parse_prefix(family == 0 ? "0.0.0.0/0" : "::/0"),
                                  static_cast<std::uint32_t>(std::atoll(of.remote_as.c_str())));
  }
  return guards;
}

// FRR: a list that is not there refuses everything, one that is empty takes everything.
bool NvueModel::list_permits(const std::string& name, const Prefix& prefix) const {
  const json& lists = at(config_, {"router", "policy", "prefix-list"});
  if (!lists.contains(name)) return false;
  const auto rules = rules_of(at(lists, {name}));
  for (const auto& [number, rule] : rules)
    for (const auto& [pattern, lengths] : at(*rule, {"match"}).items())
      if (matches(pattern, lengths, prefix)) return text(at(*rule, {"action"})) == "permit";
  return rules.empty();
}

bool NvueModel::map_permits(const std::string& name, const Prefix& prefix,
                            std::uint32_t origin_asn) const {
  const json& maps = at(config_, {"router", "policy", "route-map"});
  if (!maps.contains(name)) return false;
  for (const auto& [number, rule] : rules_of(at(maps, {name}))) {
    const json& match = at(*rule, {"match"});
    const std::string list = text(at(match, {"ip-prefix-list"}));
    if (!list.empty() && !list_permits(list, prefix)) continue;
    if (const std::string path = text(at(match, {"as-path-list"})); !path.empty()) {
      const json& expression =
          at(config_, {"router", "policy", "as-path-list", path, "rule", "10", "aspath-exp"});
      if (text(expression) != "^" + std::to_string(origin_asn) + "$") continue;
    }
    return at(*rule, {"action"}).contains("permit");
  }
  return false;
}

// What is no word of NVUE: FRR's policies are not required ("frr defaults datacenter").
bool NvueModel::accepts(const NeighbourView& from, const Prefix& prefix,
                        std::uint32_t origin_asn) const {
  const std::size_t family = prefix.network.family == Family::V4 ? 0 : 1;
  const json& inbound =
      at(config_, {"vrf", from.vrf, "router", "bgp", "neighbor", from.name, "address-family",
                   address_family(family), "policy", "inbound"});
  const std::string list = text(at(inbound, {"prefix-list"}));
  const std::string map = text(at(inbound, {"route-map"}));
  return (list.empty() || list_permits(list, prefix)) &&
         (map.empty() || map_permits(map, prefix, origin_asn));
}

namespace {

std::string fault_in_interface(const json& config, const std::set<std::string>& ports,
                               const std::string& name, const json& interface) {
  const std::string where = "interface " + name + ": ";
  const std::string vrf = text(at(interface, {"ip", "vrf"}));
  if (!vrf.empty() && !at(config, {"vrf"}).contains(vrf))
    return where + "VRF " + vrf + " is not there";
  const json& domains = at(interface, {"bridge", "domain"});
  if (!domains.empty() && !vrf.empty()) return where + "in a bridge and in a VRF";
  for (const auto& [bridge, domain] : domains.items()) {
    const json& vlans = at(config, {"bridge", "domain", bridge, "vlan"});
    for (const char* leaf : {"access", "untagged"}) {
      const std::string vlan = text(at(domain, {leaf}));
      if (!vlan.empty() && vlan != "none" && !vlans.contains(vlan))
        return where + "VLAN " + vlan + " is not of the bridge";
    }
  }
  const bool is_sub = name.find('.') != std::string::npos;
  if (is_sub != (text(at(interface, {"type"})) == "sub")) return where + "wrong type";
  if (!is_sub) return {};
  const std::string base = text(at(interface, {"base-interface"}));
  if (!ports.contains(base)) return where + "base interface " + base + " is not there";
  if (!at(config, {"interface", base, "bridge", "domain"}).empty())
    return where + base + " is in a bridge";
  if (at(config, {"interface", base, "link", "mtu"}) < at(interface, {"link", "mtu"}))
    return where + "its MTU is above that of " + base;
  return {};
}

std::string fault_in_policy(const json& config) {
  const json& policy = at(config, {"router", "policy"});
  for (const auto& [name, map] : at(policy, {"route-map"}).items())
    for (const auto& [number, rule] : at(map, {"rule"}).items())
      for (const auto& [leaf, kind] : {std::pair{"ip-prefix-list", "prefix-list"},
                                       std::pair{"as-path-list", "as-path-list"}}) {
        const std::string wants = text(at(rule, {"match", leaf}));
        if (!wants.empty() && !at(policy, {kind}).contains(wants))
          return "route-map " + name + ": " + kind + " " + wants + " is not there";
      }
  for (const auto& [vrf, content] : at(config, {"vrf"}).items())
    for (const auto& [name, neighbour] : at(content, {"router", "bgp", "neighbor"}).items())
      for (const auto& [family, of] : at(neighbour, {"address-family"}).items())
        for (const char* direction : {"inbound", "outbound"})
          for (const auto& [kind, wants] : at(of, {"policy", direction}).items())
            if (!at(policy, {kind}).contains(text(wants)))
              return "neighbor " + name + ": " + kind + " " + text(wants) + " is not there";
  return {};
}

}  // namespace

std::string apply_fault(const json& config, const std::set<std::string>& ports) {
  for (const auto& [name, interface] : at(config, {"interface"}).items())
    if (std::string fault = fault_in_interface(config, ports, name, interface); !fault.empty())
      return fault;
  return fault_in_policy(config);
}

}  // namespace switchyard::fakes
