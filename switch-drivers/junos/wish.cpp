#include "switch-drivers/junos/wish.h"

#include "switch-drivers/content_hash.h"
#include "switch-drivers/junos/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace switchyard::switch_drivers::junos {

namespace {

// Junos counts the Ethernet header, and a tag of ours, into the MTU of a port.
constexpr int kHeader = 14 + 4;
// Junos takes no shorter one. The shorter of both ends' is what counts (RFC 4271, 4.2).
constexpr std::chrono::seconds kShortestHold{10};
constexpr const char* kRouterAdvertisementInterval = "10";

class Writer {
 public:
  explicit Writer(Statements& into) : into_(into) {}

  void add(Path path, const std::vector<Step>& more, std::string value = "") {
    path.insert(path.end(), more.begin(), more.end());
    into_.insert({std::move(path), std::move(value)});
  }

 private:
  Statements& into_;
};

bool has(const std::vector<Prefix>& prefixes, Family family) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const Prefix& one) { return one.network.family == family; });
}

const char* word(Family family) { return family == Family::V4 ? "inet" : "inet6"; }

// Sorted as they are named, so the last one is the last.
std::string term(Family family) { return family == Family::V4 ? "10-v4" : "20-v6"; }

constexpr const char* kLastTerm = "90-end";
// Of all communities that of this name is deleted first: entries come in the order of their names.
constexpr const char* kAnyCommunity = "SWY-C-0-any";

// RFC 8326: who knows the community prefers any other path, who does not sees a longer one.
constexpr const char* kGracefulShutdown = "65535:0";
// Comes after every other one, so that none that is set takes its place.
constexpr const char* kDrain = "SWY-C-z-graceful-shutdown";

// What a catalog says of one direction, and a drain.
SplitAddition addition_of(const Attachment& attachment, const std::vector<std::string>& lines) {
  SplitAddition added = split_addition(lines);
  if (!attachment.drained) return added;
  const Path preference{{"then", ""}, {"local-preference", ""}, {"local-preference", ""}};
  std::erase_if(added.statements, [&](const Statement& one) { return one.path == preference; });
  added.statements.push_back({preference, "0"});
  added.statements.push_back({{{"then", ""}, {"community", kDrain}, {"add", ""}}, ""});
  added.statements.push_back(
      {{{"then", ""}, {"as-path-expand", ""}, {"last-as", ""}, {"count", ""}}, "3"});
  added.communities.emplace(kDrain, kGracefulShutdown);
  return added;
}

void add_prefix_list(Statements& into, const Path& path, const std::vector<Prefix>& prefixes,
                     Family family) {
  for (const Prefix& prefix : prefixes)
    if (prefix.network.family == family)
      Writer(into).add(path, {{"prefix-list-item", to_string(prefix)}});
}

// The way of a policy: which terms it has, and that everything else is refused. A family without a
// prefix has no term: an empty prefix list is nothing to rely on.
class Policy {
 public:
  Policy(Statements& into, Path path) : into_(into), path_(std::move(path)) {}

  void accept(Family family, const std::string& list, const std::vector<Statement>& more) {
    const std::string name = term(family);
    add(name, {{"from", ""}, {"family", ""}}, word(family));
    add(name, {{"from", ""}, {"prefix-list", list}});
    std::set<std::string> communities;
    for (const Statement& one : more) {
      add(name, one.path, one.value);
      if (one.path[0].element == "then" && one.path[1].element == "community")
        communities.insert(one.path[1].key);
    }
    if (!communities.empty())
      add(name, {{"then", ""}, {"@order", ""}}, fmt::format("{}", fmt::join(communities, " ")));
    add(name, {{"then", ""}, {"accept", ""}});
    order_ += name + " ";
  }

  void end() {
    add(kLastTerm, {{"then", ""}, {"reject", ""}});
    Path path = path_;
    path.push_back({"@order", ""});
    into_.insert({std::move(path), order_ + kLastTerm});
  }

 private:
  void add(const std::string& name, const Path& more, std::string value = "") {
    Path path = path_;
    path.push_back({"term", name});
    Writer(into_).add(std::move(path), more, std::move(value));
  }

  Statements& into_;
  Path path_;
  std::string order_{};
};

class Wish {
 public:
  explicit Wish(const PortIntent& intent) : intent_(intent), state_{.port = intent.port} {}

  PortState closed() {
    port_itself();
    own().add(port_path(intent_.port), {{"disable", ""}});
    return std::move(state_);
  }

  PortState open() {
    port_itself();
    if (intent_.mode == PortMode::Routed) {
      own().add(port_path(intent_.port), {{"vlan-tagging", ""}});
      for (const Attachment& attachment : intent_.attachments)
        attach(attachment);
    } else {
      bridge();
    }
    return std::move(state_);
  }

 private:
  Writer own() { return Writer(state_.own); }

  void port_itself() {
    const Path port = port_path(intent_.port);
    if (!intent_.owner.empty()) own().add(port, {{"description", ""}}, intent_.owner);
    own().add(port, {{"mtu", ""}}, std::to_string(intent_.mtu + kHeader));
  }

  // Members are named by their tags: a name would have to be looked up, and can be given anew.
  void bridge() {
    const Path switching{{"unit", "0"}, {"family", ""}, {"ethernet-switching", ""}};
    const auto add = [&](std::vector<Step> more, std::string value) {
      Path path = switching;
      path.insert(path.end(), more.begin(), more.end());
      own().add(port_path(intent_.port), path, std::move(value));
    };
    add({{"interface-mode", ""}}, intent_.tagged.empty() ? "access" : "trunk");
    std::vector<VlanId> members = intent_.tagged;
    if (intent_.untagged) members.push_back(*intent_.untagged);
    for (const VlanId tag : members)
      add({{"vlan", ""}, {"members", ""}}, std::to_string(tag.value));
    // Without tags on a trunk: a member as others are, and the native one.
    if (!intent_.tagged.empty() && intent_.untagged)
      own().add(port_path(intent_.port), {{"native-vlan-id", ""}},
                std::to_string(intent_.untagged->value));
  }

  void attach(const Attachment& attachment) {
    const std::string unit = unit_name(intent_.port, attachment.tag);
    const Step tag{"unit", std::to_string(attachment.tag.value)};
    const Path port = port_path(intent_.port);
    own().add(port, {tag, {"vlan-id", ""}}, tag.key);
    for (const Family family : {Family::V4, Family::V6})
      own().add(port, {tag, {"family", ""}, {word(family), ""}, {"rpf-check", ""}});
    own().add(vrf_path(attachment.vrf.value), {{"interface", unit}});
    advertise_routers(unit);
    take_routes(attachment, unit);
    session(attachment, unit, tell_routes(attachment));
  }

  // BGP finds the server by neighbour discovery, so the unit must send advertisements; with
  // lifetime 0 nobody takes the switch for a default router.
  void advertise_routers(const std::string& unit) {
    const Path path{{"protocols", ""}, {"router-advertisement", ""}, {"interface", unit}};
    own().add(path, {{"default-lifetime", ""}}, "0");
    own().add(path, {{"max-advertisement-interval", ""}}, kRouterAdvertisementInterval);
  }

  void take_routes(const Attachment& attachment, const std::string& unit) {
    const std::string as_name = fmt::format("SWY-A-{}", attachment.server_asn.value);
    std::vector<Statement> more{{{{"from", ""}, {"as-path", ""}}, as_name}};
    const SplitAddition added = addition_of(attachment, attachment.policy.in);
    // What a catalog says last of a thing is what holds; communities of the server never do.
    std::vector<Statement> base{
        {{{"then", ""}, {"local-preference", ""}, {"local-preference", ""}}, "100"},
        {{{"then", ""}, {"metric", ""}, {"metric", ""}}, "0"}};
    if (!added.sets_communities)
      base.push_back({{{"then", ""}, {"community", kAnyCommunity}, {"delete", ""}}, ""});
    for (const Statement& one : base)
      if (!added.says(one.path)) more.push_back(one);
    more.insert(more.end(), added.statements.begin(), added.statements.end());
    Policy policy(state_.own, policy_path("policy-statement", inbound_policy(unit)));
    for (const Family family : {Family::V4, Family::V6}) {
      if (!has(attachment.accept, family)) continue;
      const std::string list = inbound_list(unit, family);
      add_prefix_list(state_.own, policy_path("prefix-list", list), attachment.accept, family);
      policy.accept(family, list, more);
    }
    policy.end();
    share(policy_path("as-path", as_name), {{"path", ""}},
          std::to_string(attachment.server_asn.value));
    share(policy_path("as-list", as_name), {{"members", ""}},
          std::to_string(attachment.server_asn.value));
    if (!added.sets_communities)
      share(policy_path("community", kAnyCommunity), {{"members", ""}}, "*:*");
    share_communities(added);
  }

  // What the sessions with the same rules share: the name of the policy.
  std::string tell_routes(const Attachment& attachment) {
    std::string content;
    for (const Prefix& prefix : attachment.advertise)
      content += to_string(prefix) + " ";
    for (const std::string& line : attachment.policy.out)
      content += line + "\n";
    if (attachment.drained) content += "drained";
    const std::string hash = ContentHash().add(content).text();
    std::string name = "SWY-O-" + hash;
    const SplitAddition added = addition_of(attachment, attachment.policy.out);
    const Path path = policy_path("policy-statement", name);
    Policy policy(state_.shared[path], path);
    for (const Family family : {Family::V4, Family::V6}) {
      if (!has(attachment.advertise, family)) continue;
      const std::string list = fmt::format("SWY-L-{}-{}", hash, family == Family::V4 ? 4 : 6);
      const Path list_path = policy_path("prefix-list", list);
      add_prefix_list(state_.shared[list_path], list_path, attachment.advertise, family);
      policy.accept(family, list, added.statements);
    }
    policy.end();
    share_communities(added);
    return name;
  }

  void session(const Attachment& attachment, const std::string& unit, const std::string& told) {
    Path group = vrf_path(attachment.vrf.value);
    for (const Step& step : Path{{"protocols", ""}, {"bgp", ""}, {"group", group_name(unit)}})
      group.push_back(step);
    own().add(group, {{"type", ""}}, "external");
    own().add(group, {{"import", ""}}, inbound_policy(unit));
    own().add(group, {{"export", ""}}, told);
    own().add(group, {{"hold-time", ""}},
              std::to_string(std::max(attachment.hold, kShortestHold).count()));
    own().add(group, {{"peer-as-list", ""}}, fmt::format("SWY-A-{}", attachment.server_asn.value));
    const Step neighbour{"dynamic-neighbor", "server"};
    own().add(
        group,
        {neighbour, {"peer-auto-discovery", ""}, {"family", ""}, {"inet6", ""}, {"ipv6-nd", ""}});
    own().add(group, {neighbour, {"peer-auto-discovery", ""}, {"interface", unit}});
    for (const Family family : {Family::V4, Family::V6}) {
      const Path unicast{{"family", ""}, {word(family), ""}, {"unicast", ""}};
      const auto add = [&](const std::vector<Step>& more, std::string value) {
        Path path = unicast;
        path.insert(path.end(), more.begin(), more.end());
        own().add(group, path, std::move(value));
      };
      add({{"prefix-limit", ""}, {"maximum", ""}}, std::to_string(attachment.maximum_prefix));
      add({{"prefix-limit", ""}, {"teardown", ""}}, "");
      if (family == Family::V4) add({{"extended-nexthop", ""}}, "");
    }
  }

  void share_communities(const SplitAddition& added) {
    for (const auto& [name, members] : added.communities)
      share(policy_path("community", name), {{"members", ""}}, members);
  }

  void share(const Path& object, const std::vector<Step>& more, std::string value) {
    Writer(state_.shared[object]).add(object, more, std::move(value));
  }

  const PortIntent& intent_;
  PortState state_;
};

}  // namespace

Result<PortState> wished_state(const PortIntent& intent) {
  if (auto status = check_port(intent.port); !status) return tl::unexpected(status.error());
  if (intent.mode == PortMode::Shut) return Wish(intent).closed();
  return Wish(intent).open();
}

PortState port_state(const Config& config, const std::string& port) {
  PortState state{.port = port};
  if (const auto own = config.by_port.find(port); own != config.by_port.end())
    state.own = own->second;
  state.shared = needed_shared(config, state.own);
  return state;
}

Kind kind_of(const PortState& state) {
  Kind kind = Kind::Other;
  for (const Statement& statement : state.own) {
    if (statement.path[0].element != "interfaces") continue;
    const std::string& element = statement.path[2].element;
    if (element == "disable") return Kind::Closed;
    if (element == "vlan-tagging") kind = Kind::Routed;
    if (element == "unit" && kind == Kind::Other && statement.path.size() > 4 &&
        statement.path[4].element == "ethernet-switching")
      kind = Kind::Bridged;
  }
  return kind;
}

Statements members_of(const PortState& state) {
  Statements members;
  for (const Statement& statement : state.own)
    if (statement.path.back().element == "members" && statement.path[0].element == "interfaces")
      members.insert(statement);
  return members;
}

}  // namespace switchyard::switch_drivers::junos
