// "show running-config" in the order and spelling of vtysh 8.4.4; what equals a default is not
// shown.
#include "tests/fakes/switch/frr_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace switchyard::fakes {

namespace {

// Order in which bgpd writes the lines of a neighbour, its families and an instance.
constexpr std::array<std::string_view, 17> kNeighbourOrder{"description",
                                                           "shutdown",
                                                           "bfd",
                                                           "password",
                                                           "passive",
                                                           "ttl-security",
                                                           "ebgp-multihop",
                                                           "disable-connected-check",
                                                           "enforce-first-as",
                                                           "update-source",
                                                           "advertisement-interval",
                                                           "timers",
                                                           "timers connect",
                                                           "capability dynamic",
                                                           "capability extended-nexthop",
                                                           "graceful-restart-helper",
                                                           "graceful-restart-disable"};
constexpr std::array<std::string_view, 16> kFamilyOrder{
    "activate",          "allowas-in",     "as-override",       "next-hop-self",
    "remove-private-AS", "send-community", "default-originate", "soft-reconfiguration inbound",
    "maximum-prefix",    "weight",         "prefix-list in",    "prefix-list out",
    "route-map in",      "route-map out",  "filter-list in",    "filter-list out"};
constexpr std::array<std::string_view, 12> kInstanceOrder{"bgp router-id",
                                                          "bgp log-neighbor-changes",
                                                          "bgp always-compare-med",
                                                          "bgp suppress-duplicates",
                                                          "bgp default ipv4-unicast",
                                                          "bgp cluster-id",
                                                          "bgp ebgp-requires-policy",
                                                          "bgp deterministic-med",
                                                          "bgp bestpath as-path multipath-relax",
                                                          "bgp fast-external-failover",
                                                          "bgp network import-check",
                                                          "timers bgp"};

template <std::size_t N, class Write>
void in_order(const std::array<std::string_view, N>& order,
              const std::map<std::string, std::string>& lines, Write write) {
  for (const std::string_view key : order)
    if (const auto found = lines.find(std::string(key)); found != lines.end()) write(found->second);
}

void append_list(const std::string& name, const PrefixList& list, std::string_view family,
                 std::string& out) {
  if (!list.description.empty())
    out += fmt::format("{} prefix-list {} description {}\n", family, name, list.description);
  for (const auto& [sequence, rule] : list.rules) {
    out += fmt::format("{} prefix-list {} seq {} {} {}", family, name, sequence,
                       rule.permit ? "permit" : "deny", rule.any ? "any" : to_string(rule.prefix));
    if (rule.ge != 0) out += fmt::format(" ge {}", rule.ge);
    if (rule.le != 0) out += fmt::format(" le {}", rule.le);
    out += '\n';
  }
}

template <class Map> auto by_creation(const Map& map) {
  std::vector<typename Map::const_pointer> sorted;
  sorted.reserve(map.size());
  for (const auto& entry : map)
    sorted.push_back(&entry);
  std::sort(sorted.begin(), sorted.end(),
            [](auto a, auto b) { return a->second.created < b->second.created; });
  return sorted;
}

}  // namespace

void FrrConfig::render_neighbour(const BgpInstance&, const Neighbour& of, std::string& out) const {
  if (of.is_group) {
    out += fmt::format(" neighbor {} peer-group\n", of.name);
  } else {
    out += fmt::format(" neighbor {} interface{}", of.name, of.v6only ? " v6only" : "");
    if (!of.group.empty())
      out += " peer-group " + of.group;
    else if (of.remote_as_with_interface)
      out += " remote-as " + of.remote_as;
    out += '\n';
  }
  if (!of.remote_as.empty() && !(of.remote_as_with_interface && of.group.empty()))
    out += fmt::format(" neighbor {} remote-as {}\n", of.name, of.remote_as);
  in_order(kNeighbourOrder, of.lines, [&](const std::string& line) {
    out += fmt::format(" neighbor {} {}\n", of.name, line);
  });
}

void FrrConfig::render_bgp(const BgpInstance& instance, std::string& out) const {
  out += fmt::format("router bgp {}", instance.asn);
  if (instance.vrf != "default") out += " vrf " + instance.vrf;
  out += '\n';
  in_order(kInstanceOrder, instance.lines,
           [&](const std::string& line) { out += " " + line + "\n"; });
  for (const auto& [name, group] : instance.groups)
    render_neighbour(instance, group, out);
  for (const auto& [name, peer] : instance.neighbours)
    render_neighbour(instance, peer, out);
  for (const int family : {0, 1}) {
    std::string inside;
    for (const std::string& line : instance.family_lines[family])
      inside += "  " + line + "\n";
    const auto append = [&](const Neighbour& of) {
      in_order(kFamilyOrder, of.families[family], [&](const std::string& line) {
        inside += fmt::format("  neighbor {} {}\n", of.name, line);
      });
    };
    for (const auto& [name, group] : instance.groups)
      append(group);
    for (const auto& [name, peer] : instance.neighbours)
      append(peer);
    if (inside.empty()) continue;
    out += fmt::format(" !\n address-family {} unicast\n{} exit-address-family\n",
                       family == 0 ? "ipv4" : "ipv6", inside);
  }
  out += "exit\n!\n";
}

void FrrConfig::render_policies(std::string& out) const {
  for (const int family : {0, 1}) {
    for (const auto* list : by_creation(lists_[family]))
      append_list(list->first, list->second, family == 0 ? "ip" : "ipv6", out);
    if (!lists_[family].empty()) out += "!\n";
  }
  for (const auto& [name, rules] : paths_)
    for (const auto& [sequence, rule] : rules)
      out += fmt::format("bgp as-path access-list {} seq {} {} {}\n", name, sequence,
                         rule.permit ? "permit" : "deny", rule.expression);
  if (!paths_.empty()) out += "!\n";
  for (const auto* map : by_creation(maps_)) {
    for (const auto& [sequence, entry] : map->second.entries) {
      out += fmt::format("route-map {} {} {}\n", map->first, entry.permit ? "permit" : "deny",
                         sequence);
      for (const auto& [key, line] : entry.lines)
        out += " " + line + "\n";
      out += "exit\n!\n";
    }
  }
}

std::string FrrConfig::render() const {
  std::string out = fmt::format("frr version 8.4.4\nfrr defaults {}\nhostname {}\n",
                                datacenter_ ? "datacenter" : "traditional", hostname_);
  for (const std::string& line : head_)
    out += line + "\n";
  out += "service integrated-vtysh-config\n!\n";
  for (const auto& [name, lines] : interfaces_) {
    if (lines.empty() && interface_exists && interface_exists(name)) continue;
    out += "interface " + name + "\n";
    std::vector<std::string> sorted;
    for (const auto& [key, line] : lines)
      sorted.push_back(line);
    std::sort(sorted.begin(), sorted.end());
    for (const std::string& line : sorted)
      out += " " + line + "\n";
    out += "exit\n!\n";
  }
  for (const auto* instance : by_creation(bgp_))
    render_bgp(instance->second, out);
  render_policies(out);
  return out + "end\n";
}

}  // namespace switchyard::fakes
