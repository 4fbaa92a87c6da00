// Takes configuration lines. What is refused, replaced or silently ignored follows 8.4.4.
#include "tests/fakes/switch/frr_config.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>

namespace switchyard::fakes {

namespace {

using Words = std::vector<std::string>;
using LineResult = FrrConfig::LineResult;

LineResult unknown() { return {FrrConfig::Outcome::Unknown, ""}; }

LineResult refused(std::string words, std::string daemon = "bgpd") {
  return {FrrConfig::Outcome::Refused, std::move(words), std::move(daemon)};
}

std::string join(const Words& words, std::size_t from, std::size_t to = std::string::npos) {
  std::string text;
  for (std::size_t i = from; i < std::min(to, words.size()); ++i)
    text += (text.empty() ? "" : " ") + words[i];
  return text;
}

Words words_of(std::string_view line) {
  Words words;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t start = line.find_first_not_of(" \t\r", at);
    if (start == std::string_view::npos) break;
    at = std::min(line.find_first_of(" \t\r", start), line.size());
    words.emplace_back(line.substr(start, at - start));
  }
  return words;
}

bool begins(const Words& words, std::string_view text, std::size_t from = 0) {
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    if (from >= words.size() || words[from++] != word) return false;
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  return true;
}

std::size_t count_words(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), ' ')) + 1;
}

// Longest first: "timers connect" before "timers".
constexpr std::array<std::string_view, 17> kNeighbourLines{"description",
                                                           "shutdown",
                                                           "password",
                                                           "ttl-security",
                                                           "ebgp-multihop",
                                                           "disable-connected-check",
                                                           "enforce-first-as",
                                                           "update-source",
                                                           "advertisement-interval",
                                                           "timers connect",
                                                           "timers",
                                                           "capability extended-nexthop",
                                                           "capability dynamic",
                                                           "graceful-restart-disable",
                                                           "graceful-restart-helper",
                                                           "bfd",
                                                           "passive"};
constexpr std::array<std::string_view, 10> kFamilyLines{
    "activate",       "allowas-in",        "next-hop-self",
    "send-community", "default-originate", "soft-reconfiguration inbound",
    "maximum-prefix", "remove-private-AS", "weight",
    "as-override"};
constexpr std::array<std::string_view, 3> kDirected{"prefix-list", "route-map", "filter-list"};
constexpr std::array<std::string_view, 7> kInterfaceLines{
    "link-detect", "ipv6 nd ra-interval",         "ipv6 nd ra-lifetime",      "ipv6 nd suppress-ra",
    "description", "ipv6 nd managed-config-flag", "ipv6 nd other-config-flag"};
// Value: on by default in the traditional profile.
constexpr std::array<std::pair<std::string_view, bool>, 9> kBgpSwitches{
    {{"bgp default ipv4-unicast", true},
     {"bgp ebgp-requires-policy", true},
     {"bgp network import-check", true},
     {"bgp suppress-duplicates", true},
     {"bgp bestpath as-path multipath-relax", false},
     {"bgp log-neighbor-changes", false},
     {"bgp always-compare-med", false},
     {"bgp deterministic-med", false},
     {"bgp fast-external-failover", true}}};
constexpr std::array<std::string_view, 3> kBgpValues{"bgp router-id", "timers bgp",
                                                     "bgp cluster-id"};

template <std::size_t N>
std::string key_of(const std::array<std::string_view, N>& known, const Words& words,
                   std::size_t from) {
  for (const std::string_view key : known)
    if (begins(words, key, from)) return std::string(key);
  return {};
}

int split_number(std::string_view text, std::size_t& at) {
  int number = 0;
  while (at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])) != 0)
    number = number * 10 + (text[at++] - '0');
  return number;
}

}  // namespace

bool NaturalLess::operator()(std::string_view a, std::string_view b) const {
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    const bool digits = std::isdigit(static_cast<unsigned char>(a[i])) != 0 &&
                        std::isdigit(static_cast<unsigned char>(b[j])) != 0;
    if (digits) {
      const int left = split_number(a, i), right = split_number(b, j);
      if (left != right) return left < right;
    } else {
      if (a[i] != b[j]) return a[i] < b[j];
      ++i, ++j;
    }
  }
  return a.size() - i < b.size() - j;
}

Neighbour* BgpInstance::find(const std::string& name) {
  if (const auto group = groups.find(name); group != groups.end()) return &group->second;
  if (const auto peer = neighbours.find(name); peer != neighbours.end()) return &peer->second;
  return nullptr;
}

LineResult FrrConfig::done(const std::string& subject) const {
  if (changed) changed(subject);
  return {};
}

BgpInstance* FrrConfig::instance(const std::string& vrf) {
  const auto found = bgp_.find(vrf);
  return found == bgp_.end() ? nullptr : &found->second;
}

void FrrConfig::clear() {
  datacenter_ = false;
  head_.clear();
  interfaces_.clear();
  bgp_.clear();
  for (auto& lists : lists_)
    lists.clear();
  paths_.clear();
  maps_.clear();
  node_.clear();
}

// A line that means nothing in a node is tried in the one above it, as vtysh does.
LineResult FrrConfig::apply(std::string_view line) {
  Words words = words_of(line);
  if (words.empty() || words[0][0] == '!' || words[0][0] == '#') return {};
  if (words[0] == "end") return begin(), LineResult{};
  if (words[0].starts_with("exit") || words[0] == "quit") {
    if (!node_.empty()) node_.pop_back();
    return {};
  }
  const bool no = words[0] == "no";
  if (no) words.erase(words.begin());
  if (words.empty()) return unknown();
  const std::vector<Node> kept = node_;
  while (true) {
    const Node node = node_.empty() ? Node{} : node_.back();
    LineResult result = one(node, words, no, line);
    if (result.outcome != Outcome::Unknown) return result;
    if (node_.empty()) break;
    node_.pop_back();
  }
  node_ = kept;
  return unknown();
}

LineResult FrrConfig::one(const Node& node, const Words& words, bool no, std::string_view line) {
  switch (node.kind) {
    case Node::Kind::Config: return in_config(words, no, line);
    case Node::Kind::Interface: return in_interface(words, no);
    case Node::Kind::Bgp: return in_bgp(words, no);
    case Node::Kind::Family: return in_family(words, no);
    case Node::Kind::RouteMap: return in_route_map(words, no);
    case Node::Kind::Vrf: return unknown();
  }
  return unknown();
}

LineResult FrrConfig::in_config(const Words& words, bool no, std::string_view line) {
  if (begins(words, "ip prefix-list")) return prefix_list(words, no, 0);
  if (begins(words, "ipv6 prefix-list")) return prefix_list(words, no, 1);
  if (begins(words, "bgp as-path access-list")) return as_path(words, no);
  if (words[0] == "route-map") return route_map(words, no);
  if (begins(words, "router bgp")) return router(words, no);
  if (words[0] == "interface" && words.size() == 2) return interface(words, no);
  if (words[0] == "vrf" && words.size() == 2) {
    node_ = {Node{Node::Kind::Vrf, words[1], 0}};
    return {};
  }
  if (words[0] == "frr" && words.size() > 2) {
    if (words[1] == "defaults") datacenter_ = words[2] == "datacenter";
    return {};
  }
  if (words[0] == "hostname") return {};
  if (words[0] == "service" || words[0] == "line" || words[0] == "log" ||
      begins(words, "ip forwarding") || begins(words, "ipv6 forwarding") ||
      begins(words, "bgp route-map delay-timer")) {
    if (words[0] == "log") head_.emplace_back(line);
    return {};
  }
  return unknown();
}

LineResult FrrConfig::interface(const Words& words, bool no) {
  const std::string& name = words[1];
  if (!no) {
    interfaces_[name];
    node_ = {Node{Node::Kind::Interface, name, 0}};
    return {};
  }
  if (interface_exists && interface_exists(name))
    return refused("% Only inactive interfaces can be deleted", "zebra");
  if (!interfaces_.contains(name)) return refused("% Can't find interface " + name, "zebra");
  interfaces_.erase(name);
  return done(name);
}

LineResult FrrConfig::in_interface(const Words& words, bool no) {
  const std::string name = node_.back().name;
  const std::string key = key_of(kInterfaceLines, words, 0);
  if (key.empty()) return unknown();
  auto& lines = interfaces_[name];
  if (key == "ipv6 nd suppress-ra" || key == "link-detect") {  // on unless said otherwise
    if (no)
      lines[key] = "no " + key;
    else
      lines.erase(key);
    return done(name);
  }
  if (no) {
    lines.erase(key);
    return done(name);
  }
  const std::size_t value = count_words(key);
  if (value >= words.size()) return unknown();
  const auto lifetime = lines.find("ipv6 nd ra-lifetime");
  if (key == "ipv6 nd ra-interval" && lifetime != lines.end() && words[value] != "msec" &&
      std::atoi(words[value].c_str()) > std::atoi(lifetime->second.substr(20).c_str()))
    return refused("This ra-interval would conflict with configured ra-lifetime!", "zebra");
  lines[key] = join(words, 0);
  return done(name);
}

LineResult FrrConfig::prefix_list(const Words& words, bool no, int family) {
  if (words.size() < 3) return unknown();
  auto& lists = lists_[family];
  const std::string& name = words[2];
  const std::string subject = "list " + name;
  if (no && words.size() == 3) return lists.erase(name) > 0 ? done(subject) : LineResult{};
  std::size_t at = 3;
  if (words[at] == "description" && !no) {
    if (!lists.contains(name)) lists[name].created = ++created_;
    lists[name].description = join(words, 4);
    return done(subject);
  }
  int sequence = 0;
  if (words[at] == "seq" && at + 1 < words.size()) {
    sequence = std::atoi(words[at + 1].c_str());
    at += 2;
  }
  if (no) {
    const auto found = lists.find(name);
    if (found == lists.end()) return {};
    if (sequence == 0 || found->second.rules.erase(sequence) == 0) return {};
    if (found->second.rules.empty() && found->second.description.empty()) lists.erase(found);
    return done(subject);
  }
  if (at + 1 >= words.size() || (words[at] != "permit" && words[at] != "deny")) return unknown();
  PrefixRule rule;
  rule.permit = words[at] == "permit";
  rule.any = words[at + 1] == "any";
  if (!rule.any) {
    // Host bits are cut off, not refused.
    const std::size_t slash = words[at + 1].find('/');
    if (slash == std::string::npos) return unknown();
    const auto address = parse_ip(words[at + 1].substr(0, slash));
    if (!address || (address->family == Family::V6) != (family == 1)) return unknown();
    const int length = std::atoi(words[at + 1].substr(slash + 1).c_str());
    IpAddress network = *address;
    for (int bit = length + (family == 0 ? 96 : 0); bit < 128; ++bit)
      network.key[static_cast<std::size_t>(bit / 8)] &=
          static_cast<std::uint8_t>(~(0x80U >> static_cast<unsigned>(bit % 8)));
    rule.prefix = {network, static_cast<std::uint8_t>(length)};
  }
  for (at += 2; at + 1 < words.size(); at += 2) {
    if (words[at] == "ge")
      rule.ge = std::atoi(words[at + 1].c_str());
    else if (words[at] == "le")
      rule.le = std::atoi(words[at + 1].c_str());
    else
      return unknown();
  }
  PrefixList& list = lists[name];
  if (list.created == 0) list.created = ++created_;
  if (sequence == 0) sequence = list.rules.empty() ? 5 : list.rules.rbegin()->first / 5 * 5 + 5;
  list.rules[sequence] = rule;
  return done(subject);
}

LineResult FrrConfig::as_path(const Words& words, bool no) {
  if (words.size() < 4) return unknown();
  const std::string& name = words[3];
  if (no && words.size() == 4) {
    if (paths_.erase(name) == 0)
      return refused("bgp as-path access-list " + name + " doesn't exist");
    return done("path " + name);
  }
  std::size_t at = 4;
  int sequence = 0;
  if (words[at] == "seq" && at + 1 < words.size()) {
    sequence = std::atoi(words[at + 1].c_str());
    at += 2;
  }
  if (at + 1 >= words.size()) return unknown();
  auto& rules = paths_[name];
  if (no) {
    rules.erase(sequence);
    if (rules.empty()) paths_.erase(name);
    return done("path " + name);
  }
  if (sequence == 0) sequence = rules.empty() ? 5 : rules.rbegin()->first + 5;
  rules[sequence] = {words[at] == "permit", join(words, at + 1)};
  return done("path " + name);
}

LineResult FrrConfig::route_map(const Words& words, bool no) {
  if (words.size() < 2) return unknown();
  const std::string& name = words[1];
  const std::string subject = "map " + name;
  if (words.size() == 2)
    return !no ? unknown() : maps_.erase(name) > 0 ? done(subject) : LineResult{};
  if (words.size() < 4 || (words[2] != "permit" && words[2] != "deny")) return unknown();
  const int sequence = std::atoi(words[3].c_str());
  if (no) {
    const auto found = maps_.find(name);
    if (found == maps_.end()) return {};
    found->second.entries.erase(sequence);
    if (found->second.entries.empty()) maps_.erase(found);
    return done(subject);
  }
  RouteMap& map = maps_[name];
  if (map.created == 0) map.created = ++created_;
  const bool fresh = !map.entries.contains(sequence);
  RouteMapEntry& entry = map.entries[sequence];
  const bool turned = entry.permit != (words[2] == "permit");
  entry.permit = words[2] == "permit";
  node_ = {Node{Node::Kind::RouteMap, name, sequence}};
  return fresh || turned ? done(subject) : LineResult{};
}

LineResult FrrConfig::in_route_map(const Words& words, bool no) {
  static constexpr std::array<std::string_view, 19> kKeys{"match ip address prefix-list",
                                                          "match ipv6 address prefix-list",
                                                          "match ip address",
                                                          "match as-path",
                                                          "match community",
                                                          "match peer",
                                                          "match origin",
                                                          "match metric",
                                                          "match local-preference",
                                                          "set community",
                                                          "set extcommunity",
                                                          "set large-community",
                                                          "set local-preference",
                                                          "set metric",
                                                          "set ipv6 next-hop peer-address",
                                                          "set ip next-hop",
                                                          "set weight",
                                                          "set tag",
                                                          "set as-path prepend"};
  const std::string key = key_of(kKeys, words, 0);
  if (key.empty()) return unknown();
  const auto map = maps_.find(node_.back().name);
  if (map == maps_.end()) return refused("route-map is gone", "zebra");
  auto& lines = map->second.entries[node_.back().number].lines;
  if (no)
    lines.erase(key);
  else
    lines[key] = join(words, 0);
  return done("map " + node_.back().name);
}

LineResult FrrConfig::router(const Words& words, bool no) {
  if (words.size() < 3) return unknown();
  const std::string vrf = words.size() > 4 && words[3] == "vrf" ? words[4] : "default";
  const auto asn = static_cast<std::uint32_t>(std::strtoul(words[2].c_str(), nullptr, 10));
  const auto found = bgp_.find(vrf);
  if (no) {
    if (found == bgp_.end()) return refused("% BGP instance name " + vrf + " not found");
    bgp_.erase(found);
    return done("vrf " + vrf);
  }
  if (found != bgp_.end() && found->second.asn != asn)
    return refused("BGP is already running; AS is " + std::to_string(found->second.asn));
  if (found == bgp_.end()) {
    BgpInstance instance;
    instance.created = ++created_;
    instance.asn = asn;
    instance.vrf = vrf;
    bgp_.emplace(vrf, std::move(instance));
  }
  node_ = {Node{Node::Kind::Bgp, vrf, 0}};
  return found == bgp_.end() ? done("vrf " + vrf) : LineResult{};
}

LineResult FrrConfig::in_bgp(const Words& words, bool no) {
  BgpInstance* instance = this->instance(node_.back().name);
  if (instance == nullptr) return refused("% No BGP instance");
  if (words[0] == "neighbor") return neighbour(*instance, words, no);
  if (begins(words, "address-family") && words.size() >= 2) {
    if (words[1] != "ipv4" && words[1] != "ipv6") return {};
    node_.push_back(Node{Node::Kind::Family, instance->vrf, words[1] == "ipv6" ? 1 : 0});
    return {};
  }
  for (const auto& [key, usual] : kBgpSwitches) {
    if (!begins(words, key)) continue;
    const bool on_by_default =
        key == "bgp ebgp-requires-policy" || key == "bgp bestpath as-path multipath-relax"
            ? usual != datacenter_
            : usual;
    if (on_by_default != no)
      instance->lines.erase(std::string(key));
    else
      instance->lines[std::string(key)] = (no ? "no " : "") + std::string(key);
    return done("vrf " + instance->vrf);
  }
  const std::string key = key_of(kBgpValues, words, 0);
  if (key.empty()) return unknown();
  if (no)
    instance->lines.erase(key);
  else
    instance->lines[key] = join(words, 0);
  return done("vrf " + instance->vrf);
}

LineResult FrrConfig::in_family(const Words& words, bool no) {
  BgpInstance* instance = this->instance(node_.back().name);
  if (instance == nullptr) return refused("% No BGP instance");
  const int family = node_.back().number;
  if (words[0] == "neighbor") return family_line(*instance, words, no, family);
  if (words[0] != "network" && words[0] != "redistribute" && words[0] != "maximum-paths" &&
      words[0] != "import")
    return unknown();
  auto& lines = instance->family_lines[family];
  const std::string line = join(words, 0);
  std::erase(lines, line);
  if (!no) lines.push_back(line);
  return done("vrf " + instance->vrf);
}

LineResult FrrConfig::neighbour(BgpInstance& instance, const Words& words, bool no) {
  if (words.size() < 2) return unknown();
  const bool makes = words.size() > 2 &&
                     (words[2] == "interface" || (words[2] == "peer-group" && words.size() == 3));
  if (makes && !no) return make_neighbour(instance, words);
  if (no && (words.size() == 2 || makes)) return remove_neighbour(instance, words);
  if (words.size() < 3) return unknown();
  // FRR takes lines of ipv4 unicast outside of the family too; nobody should count on it here.
  return neighbour_line(instance, words, no);
}

LineResult FrrConfig::make_neighbour(BgpInstance& instance, const Words& words) {
  const std::string& name = words[1];
  if (words[2] == "peer-group") {
    if (instance.neighbours.contains(name))
      return refused("% Name conflict with interface: " + name);
    Neighbour& group = instance.groups[name];
    group.name = name;
    group.is_group = true;
    return done("group " + name);
  }
  Neighbour made;
  const auto found = instance.neighbours.find(name);
  if (found != instance.neighbours.end()) made = found->second;
  made.name = name;
  for (std::size_t at = 3; at < words.size(); ++at) {
    if (words[at] == "v6only") {
      made.v6only = true;
    } else if (words[at] == "peer-group" && at + 1 < words.size()) {
      made.group = words[++at];
      if (!instance.groups.contains(made.group)) return refused("% Configure the peer-group first");
    } else if (words[at] == "remote-as" && at + 1 < words.size()) {
      made.remote_as = words[++at];
      made.remote_as_with_interface = made.group.empty();
    } else {
      return unknown();
    }
  }
  instance.neighbours[name] = made;
  return done(name);
}

LineResult FrrConfig::remove_neighbour(BgpInstance& instance, const Words& words) {
  const std::string& name = words[1];
  if (instance.groups.contains(name)) {
    // A group takes its members along.
    std::vector<std::string> members;
    for (const auto& [member, peer] : instance.neighbours)
      if (peer.group == name) members.push_back(member);
    for (const std::string& member : members)
      instance.neighbours.erase(member);
    instance.groups.erase(name);
    for (const std::string& member : members)
      (void)done(member);
    return done("group " + name);
  }
  if (words.size() > 2 && words[2] == "peer-group") return refused("% Create the peer-group first");
  if (instance.neighbours.erase(name) == 0) return refused("% Create the bgp interface first");
  return done(name);
}

LineResult FrrConfig::neighbour_line(BgpInstance& instance, const Words& words, bool no) {
  Neighbour* of = instance.find(words[1]);
  const std::string key = words[2] == "remote-as" || words[2] == "peer-group"
                              ? words[2]
                              : key_of(kNeighbourLines, words, 2);
  if (key.empty()) return unknown();
  if (of == nullptr) return refused("% Specify remote-as or peer-group commands first");
  const std::string subject = of->is_group ? "group " + of->name : of->name;
  if (key == "remote-as") {
    if (!no && words.size() < 4) return unknown();
    of->remote_as = no ? "" : words[3];
    if (no) of->remote_as_with_interface = false;
    return done(subject);
  }
  if (key == "peer-group") {
    if (!no && (words.size() < 4 || !instance.groups.contains(words[3])))
      return refused("% Configure the peer-group first");
    of->group = no ? "" : words[3];
    return done(subject);
  }
  if (no)
    of->lines.erase(key);
  else
    of->lines[key] = join(words, 2);
  return done(subject);
}

LineResult FrrConfig::family_line(BgpInstance& instance, const Words& words, bool no, int family) {
  if (words.size() < 3) return unknown();
  std::string key = key_of(kFamilyLines, words, 2);
  if (key.empty()) {
    key = key_of(kDirected, words, 2);
    if (key.empty() || words.size() < 5 || (words[4] != "in" && words[4] != "out"))
      return unknown();
    key += " " + words[4];
  }
  Neighbour* of = instance.find(words[1]);
  if (of == nullptr) return refused("% Specify remote-as or peer-group commands first");
  auto& lines = of->families[family];
  if (no)
    lines.erase(key);
  else
    lines[key] = join(words, 2);
  return done(of->is_group ? "group " + of->name : of->name);
}

}  // namespace switchyard::fakes
