#include "switch-drivers/cumulus-nvue/wish.h"

#include "switch-drivers/content_hash.h"
#include "switch-drivers/cumulus-nvue/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace switchyard::switch_drivers::cumulus_nvue {

namespace {

constexpr int kTag = 4;
constexpr int kLargestMtu = 9216;  // that NVUE takes
constexpr const char* kConnectRetry = "2";
constexpr const char* kRouterAdvertisementInterval = "10000";  // ms
// Every list and map ends in an explicit deny.
constexpr const char* kLastRule = "65535";
constexpr const char* kFirstRule = "10";

// RFC 8326: who knows the community prefers any other path, who does not sees a longer one.
constexpr const char* kGracefulShutdown = "65535:0";
constexpr const char* kDrainPrepends = "3";

const char* type_of(Family family) { return family == Family::V4 ? "ipv4" : "ipv6"; }

const char* address_family(Family family) {
  return family == Family::V4 ? "ipv4-unicast" : "ipv6-unicast";
}

using Lines = std::initializer_list<std::pair<Path, std::string>>;

void add(Leaves& into, const Path& root, Lines lines) {
  for (const auto& [path, value] : lines)
    into[joined(root, path)] = value;
}

// The exact prefixes, and nothing else. A family without any has the last rule alone, and not an
// empty list: FRR takes everything that one is asked about.
void add_prefix_list(Leaves& into, const Path& root, const std::vector<Prefix>& prefixes,
                     Family family) {
  add(into, root, {{{"type"}, type_of(family)}});
  int number = 0;
  for (const Prefix& prefix : prefixes) {
    if (prefix.network.family != family) continue;
    number += 10;
    const Path rule = joined(root, {"rule", std::to_string(number)});
    add(into, rule, {{{"action"}, "permit"}, {{"match", to_string(prefix)}, std::string{kThere}}});
  }
  add(into, joined(root, {"rule", kLastRule}),
      {{{"action"}, "deny"}, {{"match", "any"}, std::string{kThere}}});
}

// One rule that takes what the list permits, with `sets`, and one that refuses the rest.
void add_route_map(Leaves& into, const Path& root, const std::string& list, Family family,
                   const Leaves& sets) {
  const Path first = joined(root, {"rule", kFirstRule});
  add(into, first,
      {{{"action", "permit"}, std::string{kThere}},
       {{"match", "type"}, type_of(family)},
       {{"match", "ip-prefix-list"}, list}});
  for (const auto& [path, value] : sets)
    into[joined(joined(first, {"set"}), path)] = value;
  add(into, joined(root, {"rule", kLastRule}), {{{"action", "deny"}, std::string{kThere}}});
}

// A drain has the last word. What sets a community takes the place of all that were there.
void drain(Leaves& sets) {
  sets[{"community", kGracefulShutdown}] = kThere;
  std::erase_if(sets, [](const auto& one) { return one.first.front() == "as-path-prepend"; });
}

class Wish {
 public:
  Wish(const PortIntent& intent, const SwitchContext& context)
      : intent_(intent), context_(context), state_{.port = intent.port} {}

  PortState state() {
    const Path port = interface_path(intent_.port);
    if (!intent_.owner.empty()) add(own(), port, {{{"description"}, intent_.owner}});
    add(own(), port,
        {{{"type"}, "swp"},
         {{"link", "mtu"}, std::to_string(std::min(intent_.mtu + kTag, kLargestMtu))},
         {{"link", "state", intent_.mode == PortMode::Shut ? "down" : "up"}, std::string{kThere}}});
    if (intent_.mode == PortMode::Routed) {
      // Untagged frames meet nothing there.
      add(own(), port, {{{"ip", "vrf"}, context_.quarantine}});
      for (const Attachment& attachment : intent_.attachments)
        attach(attachment);
    } else if (intent_.mode != PortMode::Shut) {
      bridge(joined(port, {"bridge", "domain", context_.bridge}));
    }
    return std::move(state_);
  }

 private:
  Leaves& own() { return state_.own; }

  void bridge(const Path& domain) {
    add(own(), domain, {{{"stp", "admin-edge"}, "on"}, {{"stp", "bpdu-guard"}, "on"}});
    if (intent_.tagged.empty()) {
      add(own(), domain, {{{"access"}, std::to_string(intent_.untagged->value)}});
      return;
    }
    // Without it, untagged frames would be those of VLAN 1.
    add(own(), domain,
        {{{"untagged"}, intent_.untagged ? std::to_string(intent_.untagged->value) : "none"}});
    std::vector<VlanId> members = intent_.tagged;
    if (intent_.untagged) members.push_back(*intent_.untagged);
    for (const VlanId tag : members)
      add(own(), domain, {{{"vlan", std::to_string(tag.value)}, std::string{kThere}}});
  }

  void attach(const Attachment& attachment) {
    const std::string unit = unit_name(intent_.port, attachment.tag);
    add(own(), interface_path(unit),
        {{{"type"}, "sub"},
         {{"base-interface"}, intent_.port},
         {{"vlan"}, std::to_string(attachment.tag.value)},
         {{"link", "mtu"}, std::to_string(intent_.mtu)},
         {{"ip", "vrf"}, attachment.vrf.value}});
    // BGP finds the server by its router solicitations and advertisements, so there must be some;
    // with lifetime 0 nobody takes the switch for a default router.
    add(own(), joined(interface_path(unit), {"ip", "neighbor-discovery", "router-advertisement"}),
        {{{"enable"}, "on"}, {{"interval"}, kRouterAdvertisementInterval}, {{"lifetime"}, "0"}});
    share(policy_path(kAsPathList, as_name(attachment.server_asn)),
          {{{"rule", kFirstRule, "action"}, "permit"},
           {{"rule", kFirstRule, "aspath-exp"}, fmt::format("^{}$", attachment.server_asn.value)}});
    session(attachment, neighbour_path(attachment.vrf.value, unit));
    for (const Family family : {Family::V4, Family::V6})
      filters(attachment, unit, family);
  }

  void session(const Attachment& attachment, const Path& neighbour) {
    add(own(), neighbour,
        {{{"type"}, "unnumbered"},
         {{"remote-as"}, std::to_string(attachment.server_asn.value)},
         {{"enforce-first-as"}, "on"},
         {{"capabilities", "extended-nexthop"}, "on"},
         {{"graceful-restart", "mode"}, "off"},
         {{"ttl-security", "enable"}, "on"},
         {{"ttl-security", "hops"}, "1"},
         {{"timers", "keepalive"}, std::to_string(attachment.keepalive.count())},
         {{"timers", "hold"}, std::to_string(attachment.hold.count())},
         {{"timers", "connection-retry"}, kConnectRetry}});
  }

  void filters(const Attachment& attachment, const std::string& unit, Family family) {
    const std::string list = list_name(unit, family);
    const std::string map = map_name(unit, family);
    add_prefix_list(own(), policy_path(kPrefixList, list), attachment.accept, family);
    Leaves sets = policy_sets(attachment.policy.in);
    sets.emplace(Path{"local-preference"}, "100");
    if (attachment.drained) {
      drain(sets);
      sets[{"as-path-prepend", "last-as"}] = kDrainPrepends;
      sets[{"local-preference"}] = "0";
    }
    const Path root = policy_path(kRouteMap, map);
    add_route_map(own(), root, list, family, sets);
    add(own(), joined(root, {"rule", kFirstRule}),
        {{{"match", "as-path-list"}, as_name(attachment.server_asn)}});
    add(own(),
        joined(neighbour_path(attachment.vrf.value, unit),
               {"address-family", address_family(family)}),
        {{{"enable"}, "on"},
         // What is refused is kept: it is counted, and looked at again when a filter changes.
         {{"soft-reconfiguration"}, "on"},
         {{"policy", "inbound", "prefix-list"}, list},
         {{"policy", "inbound", "route-map"}, map},
         {{"policy", "outbound", "route-map"}, told(attachment, family)},
         {{"prefix-limits", "inbound", "maximum"}, std::to_string(attachment.maximum_prefix)}});
  }

  // What the sessions with the same rules share: the name of the route map.
  std::string told(const Attachment& attachment, Family family) {
    std::string content;
    for (const Prefix& prefix : attachment.advertise)
      content += to_string(prefix) + " ";
    for (const std::string& line : attachment.policy.out)
      content += line + "\n";
    if (attachment.drained) content += "drained";
    const std::string name =
        fmt::format("{}-{}", ContentHash().add(content).text(), family == Family::V4 ? 4 : 6);
    const Path list = policy_path(kPrefixList, "SWY-L-" + name);
    const Path map = policy_path(kRouteMap, "SWY-O-" + name);
    add_prefix_list(state_.shared[list], list, attachment.advertise, family);
    Leaves sets = policy_sets(attachment.policy.out);
    if (attachment.drained) {
      drain(sets);
      // The path may be empty, so there may be no last AS; and NVUE takes one number only.
      sets[{"as-path-prepend", "as"}] = std::to_string(context_.asn.value);
    }
    add_route_map(state_.shared[map], map, list.back(), family, sets);
    return map.back();
  }

  void share(const Path& root, Lines lines) { add(state_.shared[root], root, lines); }

  const PortIntent& intent_;
  const SwitchContext& context_;
  PortState state_;
};

Path link_state(const std::string& port, const char* state) {
  return joined(interface_path(port), {"link", "state", state});
}

bool is_beneath_port(const PortState& state, const Path& path, const char* what) {
  return begins_with(path, joined(interface_path(state.port), {what}));
}

}  // namespace

Result<PortState> wished_state(const PortIntent& intent, const SwitchContext& context) {
  if (auto status = check_port(intent.port); !status) return tl::unexpected(status.error());
  for (const Attachment& attachment : intent.attachments)
    if (attachment.tag.value == 1)
      return failure(Errc::Invalid,
                     fmt::format("port {}: NVUE has no subinterface for VLAN 1", intent.port));
  return Wish(intent, context).state();
}

PortState port_state(const Config& config, const std::string& port) {
  PortState state{.port = port};
  if (const auto own = config.by_port.find(port); own != config.by_port.end())
    state.own = own->second;
  state.shared = needed_shared(config, state.own);
  return state;
}

PortState closed_state(PortState state) {
  const std::set<std::string> units = units_of(state);
  std::set<Path> neighbours;
  for (const auto& [path, value] : state.own)
    if (path[0] == "vrf") neighbours.insert(owner_of(path).root);
  std::erase_if(state.own, [&](const auto& one) {
    const Path& path = one.first;
    return is_beneath_port(state, path, "bridge") ||
           (path[0] == "interface" && units.contains(path[1]));
  });
  state.own.erase(link_state(state.port, "up"));
  state.own[link_state(state.port, "down")] = kThere;
  for (const Path& neighbour : neighbours)
    state.own[joined(neighbour, {"shutdown"})] = "on";
  return state;
}

bool is_closed(const PortState& state) {
  return state.own.contains(link_state(state.port, "down"));
}

std::set<std::string> units_of(const PortState& state) {
  std::set<std::string> units;
  for (const auto& [path, value] : state.own)
    if (path[0] == "interface" && path[1] != state.port) units.insert(path[1]);
  return units;
}

Kind kind_of(const PortState& state) {
  if (is_closed(state)) return Kind::Closed;
  if (!units_of(state).empty()) return Kind::Routed;
  const bool bridged = std::any_of(state.own.begin(), state.own.end(), [&](const auto& one) {
    return is_beneath_port(state, one.first, "bridge");
  });
  return bridged ? Kind::Bridged : Kind::Other;
}

Leaves members_of(const PortState& state) {
  Leaves members;
  for (const auto& [path, value] : state.own) {
    const bool of_unit =
        path[0] == "interface" && path[1] != state.port &&
        (path.back() == "vrf" || path.back() == "vlan" || path.back() == "base-interface");
    if (of_unit || is_beneath_port(state, path, "bridge") || is_beneath_port(state, path, "ip"))
      members.emplace(path, value);
  }
  return members;
}

}  // namespace switchyard::switch_drivers::cumulus_nvue
