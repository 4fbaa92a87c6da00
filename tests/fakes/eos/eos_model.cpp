#include "tests/fakes/eos/eos_model.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <sstream>

namespace switchyard::fakes {

namespace {

constexpr int kDefaultVlan = 1;

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;)
    words.push_back(word);
  return words;
}

std::set<int> vlans_of(const std::string& list) {
  std::set<int> vlans;
  std::istringstream stream(list);
  for (std::string range; std::getline(stream, range, ',');) {
    const std::size_t dash = range.find('-');
    const int first = std::atoi(range.c_str());
    const int last = dash == std::string::npos ? first : std::atoi(range.c_str() + dash + 1);
    for (int vlan = first; vlan <= last; ++vlan)
      vlans.insert(vlan);
  }
  return vlans;
}

const char* family_section(int family) {
  return family == 0 ? "address-family ipv4" : "address-family ipv6";
}

}  // namespace

PortForwarding EosModel::forwarding(const std::string& port) const {
  PortForwarding view;
  const EosLine section{"interface " + port};
  if (!running_.has(section)) return view;
  const auto says = [&](const EosLine& of, const std::string& line) {
    EosLine path = of;
    path.push_back(line);
    return running_.has(path);
  };
  view.exists = true;
  view.up = !says(section, "shutdown");
  view.bridged = !says(section, "no switchport");
  if (view.bridged) {
    if (says(section, "switchport mode trunk")) {
      view.vlans = vlans_of(running_.value(section, "switchport trunk allowed vlan"));
    } else {
      const std::string access = running_.value(section, "switchport access vlan");
      view.vlans = {access.empty() ? kDefaultVlan : std::atoi(access.c_str())};
    }
  } else {
    view.vrf = running_.value(section, "vrf");
    // A VRF of EOS does not fall through; one that routes nothing is an end of its own.
    view.dead_end = !running_.has({"ip routing vrf " + view.vrf});
    view.tags_checked = true;
  }
  const std::string prefix = section[0] + ".";
  for (auto at = running_.lines().lower_bound({prefix});
       at != running_.lines().end() && (*at)[0].starts_with(prefix); ++at) {
    const EosLine& line = *at;
    if (line.size() != 1) continue;
    // Without a tag it passes nothing.
    const bool tagged = !running_.value(line, "encapsulation dot1q vlan").empty();
    view.subinterfaces.push_back(
        {.name = line[0].substr(10),
         .up = !says(line, "shutdown") && tagged,
         .vrf = running_.value(line, "vrf"),
         .dead_end = true,
         .source_checked = says(line, "ip verify unicast source reachable-via rx") &&
                           says(line, "ipv6 verify unicast source reachable-via rx")});
  }
  return view;
}

NeighbourView EosModel::view_of(const EosLine& instance, const std::string& line) const {
  const auto words = words_of(line);  // neighbor interface X peer-group G remote-as N
  NeighbourView view{.vrf = instance.size() > 1 ? instance[1].substr(4) : "default",
                     .name = words[2]};
  const std::size_t dot = view.name.find('.');
  view.port = view.name.substr(0, dot);
  const EosLine section{"interface " + view.name};
  view.tag = std::atoi(running_.value(section, "encapsulation dot1q vlan").c_str());
  view.local_asn = static_cast<std::uint32_t>(std::strtoul(instance[0].c_str() + 11, nullptr, 10));
  const auto as = std::ranges::find(words, "remote-as");
  if (as != words.end() && as + 1 != words.end()) view.remote_as = *(as + 1);
  const PortForwarding port = forwarding(view.port);
  const auto sub =
      std::ranges::find(port.subinterfaces, view.name, &PortForwarding::Subinterface::name);
  view.passes_frames = port.up && carrier_(view.port) && sub != port.subinterfaces.end() && sub->up;
  view.in_its_vrf = running_.value(section, "vrf") == view.vrf;
  const std::string group = group_of(view);
  for (const int family : {0, 1}) {
    EosLine activated = instance;
    activated.emplace_back(family_section(family));
    activated.push_back("neighbor " + group + " activate");
    auto& one = view.families.at(static_cast<std::size_t>(family));
    one.active = running_.has(activated);
    const std::string limit =
        running_.value(instance, "neighbor " + group + " maximum-accepted-routes");
    if (!limit.empty())
      one.limit = NeighbourView::Limit{.prefixes = std::strtoul(limit.c_str(), nullptr, 10)};
  }
  return view;
}

EosLine EosModel::instance_of(const NeighbourView& of) const {
  EosLine instance{"router bgp " + std::to_string(of.local_asn)};
  if (of.vrf != "default") instance.push_back("vrf " + of.vrf);
  return instance;
}

std::string EosModel::group_of(const NeighbourView& of) const {
  const auto words =
      words_of(running_.value(instance_of(of), "neighbor interface " + of.name));  // peer-group G …
  return words.size() > 1 ? words[1] : "";
}

void EosModel::visit_neighbours(const std::function<void(const NeighbourView&)>& visit) const {
  const std::string prefix = "router bgp ";
  for (auto at = running_.lines().lower_bound({prefix});
       at != running_.lines().end() && (*at)[0].starts_with(prefix); ++at)
    if (at->size() > 1 && at->back().starts_with("neighbor interface "))
      visit(view_of({at->begin(), at->end() - 1}, at->back()));
}

std::optional<NeighbourView> EosModel::neighbour(const std::string& vrf,
                                                 const std::string& name) const {
  std::optional<NeighbourView> found;
  visit_neighbours([&](const NeighbourView& view) {
    if (view.vrf == vrf && view.name == name) found = view;
  });
  return found;
}

std::string EosModel::policy(const NeighbourView& of, int family, const std::string& setting,
                             const std::string& direction) const {
  EosLine section = instance_of(of);
  section.emplace_back(family_section(family));
  const std::string words = "neighbor " + group_of(of) + " " + setting + " ";
  for (const std::string& text : running_.texts(section))
    if (text.starts_with(words) && text.ends_with(" " + direction))
      return text.substr(words.size(), text.size() - words.size() - direction.size() - 1);
  return {};
}

// What is not there permits, which is what EOS does without missing-policy.
bool EosModel::list_permits(const std::string& list, const Prefix& prefix) const {
  const bool v4 = prefix.network.family == Family::V4;
  const EosLine section{(v4 ? "ip prefix-list " : "ipv6 prefix-list ") + list};
  if (!running_.has(section)) return true;
  std::map<int, std::vector<std::string>> entries;
  for (const std::string& text : running_.texts(section)) {
    const auto words = words_of(text);  // seq N permit PREFIX [ge N] [le N]
    if (words.size() >= 4) entries[std::atoi(words[1].c_str())] = words;
  }
  for (const auto& [number, words] : entries) {
    const auto base = parse_prefix(words[3]);
    if (!base || !contains(*base, prefix)) continue;
    int least = base->length, most = base->length;
    for (std::size_t i = 4; i + 1 < words.size(); i += 2) {
      (words[i] == "le" ? most : least) = std::atoi(words[i + 1].c_str());
      if (words[i] == "ge" && words.size() == 6) most = max_length(prefix.network.family);
    }
    if (least <= prefix.length && prefix.length <= most) return words[2] == "permit";
  }
  return false;
}

NeighbourGuards EosModel::guards(const NeighbourView& of) const {
  EosLine hops = instance_of(of);
  hops.push_back("neighbor " + group_of(of) + " ttl maximum-hops 1");
  NeighbourGuards guards{.gtsm = running_.has(hops)};
  for (const int family : {0, 1}) {
    auto& one = guards.families.at(static_cast<std::size_t>(family));
    const std::string list = policy(of, family, "prefix-list", "in");
    one.inbound_filter = !list.empty();
    one.accepts_default =
        one.inbound_filter && list_permits(list, *parse_prefix(family == 0 ? "0.0.0.0/0" : "::/0"));
    one.outbound_filter = !policy(of, family, "prefix-list", "out").empty();
  }
  return guards;
}

bool EosModel::accepts(const NeighbourView& from, const Prefix& prefix, std::uint32_t) const {
  const int family = prefix.network.family == Family::V4 ? 0 : 1;
  const std::string list = policy(from, family, "prefix-list", "in");
  const std::string map = policy(from, family, "route-map", "in");
  if (!map.empty() && !running_.has({"route-map " + map + " permit 10"})) return false;
  return list.empty() || list_permits(list, prefix);
}

}  // namespace switchyard::fakes
