// Shared policy is named after what it says, so two ports that want the same share one object, and
// a port that wants something else gets another object.
#include "switch-drivers/frr/wished_frr.h"

#include "switch-drivers/content_hash.h"
#include "switch-drivers/frr/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace switchyard::switch_drivers::frr {

namespace {

constexpr std::size_t kMostPolicies = 256;
constexpr unsigned kFinalDeny = 65000;
// What is refused all the same by the line after them. Their hit counters tell what kind it was.
constexpr unsigned kDefaultDeny = 64998;
constexpr unsigned kHostRouteDeny = 64999;
constexpr std::array kFamilies{"address-family ipv4 unicast", "address-family ipv6 unicast"};

std::string content_name(std::string_view prefix, const FrrLines& content) {
  ContentHash hash;
  for (const FrrLine& line : content)
    hash.add(line.block).end().add(line.family).end().add(line.text).end();
  return fmt::format("SWY-{}-{}", prefix, hash.text());
}

void add_list(FrrLines& lines, const std::string& name, Family family,
              std::vector<Prefix> prefixes) {
  const char* word = family == Family::V4 ? "ip" : "ipv6";
  std::sort(prefixes.begin(), prefixes.end());
  unsigned sequence = 0;
  for (const Prefix& prefix : prefixes) {
    if (prefix.network.family != family) continue;
    sequence += 5;
    lines.insert({fmt::format("{} prefix-list {} seq {} permit {}", word, name, sequence,
                              to_string(prefix))});
  }
  // An emptied list permits everything (facts/switch-nos.md 0.4), so this line is always there.
  lines.insert({fmt::format("{} prefix-list {} seq {} deny any", word, name, kFinalDeny)});
}

// The list of one session: exactly its host routes, and a counter for each kind of anything else.
void add_session_list(FrrLines& lines, const std::string& name, Family family,
                      const std::vector<Prefix>& accept) {
  add_list(lines, name, family, accept);
  const bool v4 = family == Family::V4;
  const auto deny = [&](unsigned sequence, const char* what) {
    lines.insert({fmt::format("{} prefix-list {} seq {} deny {}", v4 ? "ip" : "ipv6", name,
                              sequence, what)});
  };
  deny(kDefaultDeny, v4 ? "0.0.0.0/0" : "::/0");
  deny(kHostRouteDeny, v4 ? "0.0.0.0/0 ge 32" : "::/0 ge 128");
}

FrrLines route_map(const std::string& name, const std::vector<std::string>& body) {
  const std::string block = "route-map " + name + " permit 10";
  FrrLines lines{{block}};
  for (const std::string& text : body)
    lines.insert({block, {}, text});
  return lines;
}

std::string named_after_content(const char* prefix, FrrLines& all,
                                const std::vector<std::string>& body) {
  const std::string name = content_name(prefix, route_map("", body));
  all.merge(route_map(name, body));
  return name;
}

// What every server may say (its own AS and nothing behind it, no communities) and what it is told,
// and what its catalog adds to either. `drained_by`: an AS that wants no traffic.
RouteMaps add_policy(FrrLines& lines, const std::vector<Prefix>& advertise,
                     const PolicyAddition& added, std::optional<Asn> drained_by = std::nullopt) {
  lines.insert({"bgp as-path access-list SWY-ONE-AS seq 5 permit ^[0-9]+$"});
  add_list(lines, "SWY-NOTHING", Family::V4, {});
  add_list(lines, "SWY-NOTHING", Family::V6, {});
  FrrLines content;
  add_list(content, "", Family::V4, advertise);
  add_list(content, "", Family::V6, advertise);
  const std::string list = content_name("O", content);
  add_list(lines, list, Family::V4, advertise);
  add_list(lines, list, Family::V6, advertise);
  RouteMaps maps;
  const std::vector<std::string> silence{"set community none", "set extcommunity none",
                                         "set large-community none"};
  std::vector<std::string> in{"match as-path SWY-ONE-AS", "set local-preference 100",
                              "set metric 0"};
  in.insert(in.end(), silence.begin(), silence.end());
  const auto heard = [&] {
    auto joined = joined_policy(in, added.in);
    return drained_by ? drained_in(std::move(joined)) : joined;
  };
  maps.in4 = named_after_content("I4", lines, heard());
  in.emplace_back("set ipv6 next-hop peer-address");
  maps.in6 = named_after_content("I6", lines, heard());
  const auto told = [&](const char* word) {
    std::vector<std::string> out{fmt::format("match {} address prefix-list {}", word, list)};
    out.insert(out.end(), silence.begin(), silence.end());
    auto joined = joined_policy(std::move(out), added.out);
    return drained_by ? drained_out(std::move(joined), *drained_by) : joined;
  };
  maps.out4 = named_after_content("O4", lines, told("ip"));
  maps.out6 = named_after_content("O6", lines, told("ipv6"));
  return maps;
}

FrrLines group_lines(const std::string& block, const std::string& name,
                     const Attachment& attachment, const RouteMaps& maps) {
  FrrLines lines;
  const auto say = [&](const char* family, std::string_view setting) {
    lines.insert({block, family, fmt::format("neighbor {} {}", name, setting)});
  };
  for (const char* setting :
       {"peer-group", "ttl-security hops 1", "enforce-first-as", "advertisement-interval 0",
        "timers connect 1", "capability extended-nexthop", "graceful-restart-disable"}) {
    say("", setting);
  }
  say("", fmt::format("timers {} {}", attachment.keepalive.count(), attachment.hold.count()));

  const struct {
    const char* family;
    const std::string& in;
    const std::string& out;
  } families[] = {{kFamilies[0], maps.in4, maps.out4}, {kFamilies[1], maps.in6, maps.out6}};

  for (const auto& [family, in, out] : families) {
    say(family, "activate");
    // A neighbour that has lost its own list falls back to this one.
    say(family, "prefix-list SWY-NOTHING in");
    say(family, fmt::format("route-map {} in", in));
    say(family, fmt::format("route-map {} out", out));
    // Of accepted routes. No `soft-reconfiguration inbound`: FRR would keep what it refuses, and
    // counts that only when it accepts something, so a tenant could fill the switch's memory
    // (seen).
    say(family, fmt::format("maximum-prefix {} restart 1", attachment.maximum_prefix));
  }
  return lines;
}

// FRR before 8.5 forgets the address of an unnumbered neighbour when its link goes down, and then
// cannot unlink the neighbour when it is removed: it keeps a pointer to it and crashes at the next
// change of a route (FRR pull request 12457; seen on 8.4.4). A server that is released has been
// powered off, so its link is down: bgpd must not hear of that. The price is that a lost link ends
// the session by its hold time and not at once.
bool forgets_to_unlink(int frr_version) { return frr_version != 0 && frr_version < 805; }

SharedPolicy make_policy(const std::string& block, const Attachment& attachment, Asn own) {
  SharedPolicy shared;
  const RouteMaps maps = add_policy(shared.lines, attachment.advertise, attachment.policy);
  shared.group = content_name("G", group_lines({}, {}, attachment, maps));
  shared.lines.merge(group_lines(block, shared.group, attachment, maps));
  if (attachment.drained)
    shared.instead = add_policy(shared.lines, attachment.advertise, attachment.policy, own);
  return shared;
}

const SharedPolicy& policy_of(const std::string& block, const Attachment& attachment, Asn own,
                              PolicyMemo& memo) {
  // All that make_policy() and what it calls read of the attachment.
  std::string key =
      fmt::format("{} {} {} {} {}", block, attachment.keepalive.count(), attachment.hold.count(),
                  attachment.maximum_prefix, attachment.drained);
  for (const Prefix& prefix : attachment.advertise)
    key += " " + to_string(prefix);
  for (const auto* lines : {&attachment.policy.in, &attachment.policy.out}) {
    key += "|";
    for (const std::string& line : *lines)
      key += line + "\n";
  }
  const auto known = memo.find(key);
  if (known != memo.end()) return known->second;
  // A switch whose catalogs change for years must not keep them all.
  if (memo.size() >= kMostPolicies) memo.clear();
  return memo.emplace(std::move(key), make_policy(block, attachment, own)).first->second;
}

}  // namespace

WishedFrr wished_session(const Attachment& attachment, const SessionNames& names,
                         const FrrContext& context, PolicyMemo& memo) {
  WishedFrr frr;
  const std::string block = fmt::format("router bgp {} vrf {}", context.asn.value, names.vrf);
  const std::string& interface = names.interface;
  const SharedPolicy& policy = policy_of(block, attachment, context.asn, memo);
  const std::string& group = policy.group;
  frr.shared = policy.lines;

  const std::string list = inbound_list(interface);
  add_session_list(frr.own, list, Family::V4, attachment.accept);
  add_session_list(frr.own, list, Family::V6, attachment.accept);
  frr.own.insert({"interface " + interface});
  for (const char* text :
       {"ipv6 nd ra-interval 1", "ipv6 nd ra-lifetime 0", "no ipv6 nd suppress-ra"}) {
    frr.own.insert({"interface " + interface, {}, text});
  }
  if (forgets_to_unlink(context.version)) {
    frr.own.insert({"interface " + interface, {}, "no link-detect"});
  }
  const std::string neighbor = "neighbor " + interface;
  frr.own.insert({block, {}, neighbor + " interface v6only peer-group " + group});
  frr.own.insert(
      {block, {}, fmt::format("{} remote-as {}", neighbor, attachment.server_asn.value)});
  for (const char* family : kFamilies) {
    frr.own.insert({block, family, fmt::format("{} prefix-list {} in", neighbor, list)});
  }
  if (attachment.drained) {
    const RouteMaps& maps = policy.instead;
    const auto use = [&](const char* family, const std::string& map, const char* direction) {
      frr.own.insert({block, family, fmt::format("{} route-map {} {}", neighbor, map, direction)});
    };
    use(kFamilies[0], maps.in4, "in");
    use(kFamilies[0], maps.out4, "out");
    use(kFamilies[1], maps.in6, "in");
    use(kFamilies[1], maps.out6, "out");
  }
  return frr;
}

}  // namespace switchyard::switch_drivers::frr
