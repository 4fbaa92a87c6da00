#include "switch-drivers/arista-eos/wish.h"

#include "switch-drivers/content_hash.h"
#include "switch-drivers/frr/policy.h"

#include <fmt/format.h>

#include <algorithm>

namespace switchyard::switch_drivers::arista_eos {

namespace {

constexpr unsigned kFinalDeny = 65000;
constexpr std::uint16_t kDefaultMtu = 1500;
// Of received routes, whatever becomes of them: bounds what a tenant can put into the switch's
// memory. Far above what any catalog accepts.
constexpr unsigned kMostReceived = 1000;

std::string content_name(const char* kind, const std::vector<std::string>& content) {
  ContentHash hash;
  for (const std::string& line : content)
    hash.add(line).end();
  return fmt::format("SWY-{}-{}", kind, hash.text());
}

std::vector<std::string> list_entries(Family family, std::vector<Prefix> prefixes) {
  std::sort(prefixes.begin(), prefixes.end());
  std::vector<std::string> entries;
  unsigned sequence = 0;
  for (const Prefix& prefix : prefixes) {
    if (prefix.network.family != family) continue;
    sequence += 5;
    entries.push_back(fmt::format("seq {} permit {}", sequence, to_string(prefix)));
  }
  entries.push_back(fmt::format("seq {} deny {}", kFinalDeny,
                                family == Family::V4 ? "0.0.0.0/0 le 32" : "::/0 le 128"));
  return entries;
}

void add_section(Config& config, const std::string& name, const std::vector<std::string>& lines) {
  config.insert({name});
  for (const std::string& line : lines)
    config.insert({name, line});
}

void add_list(Config& config, Family family, const std::string& name,
              const std::vector<std::string>& entries) {
  add_section(config, fmt::format("{} prefix-list {}", family == Family::V4 ? "ip" : "ipv6", name),
              entries);
}

std::string add_route_map(Config& config, const char* kind, const std::vector<std::string>& body) {
  std::string name = content_name(kind, body);
  add_section(config, fmt::format("route-map {} permit 10", name), body);
  return name;
}

// RFC 8326's community has a name of its own here.
std::vector<std::string> as_eos_spells(std::vector<std::string> policy) {
  constexpr std::string_view kFrr = "graceful-shutdown", kEos = "GSHUT";
  for (std::string& line : policy)
    if (const std::size_t at = line.find(kFrr); at != std::string::npos)
      line.replace(at, kFrr.size(), kEos);
  return policy;
}

// "200-202,210", as EOS shows it.
std::string vlan_list(std::vector<VlanId> tags) {
  std::sort(tags.begin(), tags.end());
  std::string text;
  for (std::size_t i = 0; i < tags.size();) {
    std::size_t last = i;
    while (last + 1 < tags.size() && tags[last + 1].value == tags[last].value + 1)
      ++last;
    text += text.empty() ? "" : ",";
    text += std::to_string(tags[i].value);
    if (last > i) text += fmt::format("-{}", tags[last].value);
    i = last + 1;
  }
  return text;
}

std::vector<std::string> bridged_lines(const PortIntent& intent) {
  std::vector<std::string> lines{"spanning-tree portfast", "spanning-tree bpduguard enable"};
  if (intent.mode == PortMode::Provisioning)
    lines.emplace_back("storm-control broadcast level pps 500");
  if (intent.tagged.empty()) {
    lines.push_back(fmt::format("switchport access vlan {}", intent.untagged->value));
    return lines;
  }
  lines.emplace_back("switchport mode trunk");
  std::vector<VlanId> allowed = intent.tagged;
  if (intent.untagged) {
    allowed.push_back(*intent.untagged);
    lines.push_back(fmt::format("switchport trunk native vlan {}", intent.untagged->value));
  } else {
    lines.emplace_back("switchport trunk native vlan tag");
  }
  lines.push_back("switchport trunk allowed vlan " + vlan_list(std::move(allowed)));
  return lines;
}

class Session {
 public:
  Session(const Attachment& attachment, std::string subinterface, Asn asn)
      : attachment_(attachment),
        subinterface_(std::move(subinterface)),
        group_(peer_group(subinterface_)),
        asn_(asn),
        instance_{fmt::format("router bgp {}", asn.value), "vrf " + attachment.vrf.value} {}

  void add(PortLines& lines) const {
    for (const Family family : {Family::V4, Family::V6})
      add_list(lines.own, family, inbound_list(subinterface_),
               list_entries(family, attachment_.accept));
    for (const std::string& setting :
         {std::string("peer group"), std::string("ttl maximum-hops 1"),
          fmt::format("timers {} {}", attachment_.keepalive.count(), attachment_.hold.count()),
          fmt::format("maximum-accepted-routes {}", attachment_.maximum_prefix),
          fmt::format("maximum-routes {}", kMostReceived),
          // A list or map that is not there denies; EOS would accept everything.
          std::string("missing-policy address-family all direction in action deny"),
          std::string("missing-policy address-family all direction out action deny")})
      say(lines.own, {}, group_ + " " + setting);
    say(lines.own, {},
        fmt::format("interface {} peer-group {} remote-as {}", subinterface_, group_,
                    attachment_.server_asn.value));
    const std::string in = add_inbound(lines.shared);
    const std::string out = add_outbound(lines.shared);
    for (const Family family : {Family::V4, Family::V6}) {
      const auto entries = list_entries(family, attachment_.advertise);
      const std::string told = content_name(family == Family::V4 ? "O4" : "O6", entries);
      add_list(lines.shared, family, told, entries);
      const char* section = family == Family::V4 ? "address-family ipv4" : "address-family ipv6";
      for (const std::string& setting :
           {std::string("activate"), "prefix-list " + inbound_list(subinterface_) + " in",
            "prefix-list " + told + " out", "route-map " + in + " in", "route-map " + out + " out"})
        say(lines.own, section, group_ + " " + setting);
      // RFC 8950: IPv4 routes with the link-local next hop.
      if (family == Family::V4)
        say(lines.own, section, group_ + " next-hop address-family ipv6 originate");
    }
  }

 private:
  void say(Config& config, const std::string& family, const std::string& setting) const {
    Line line = instance_;
    if (!family.empty()) line.push_back(family);
    line.push_back("neighbor " + setting);
    config.insert(std::move(line));
  }

  // What every server may say: its own AS and nothing behind it, no communities.
  [[nodiscard]] std::string add_inbound(Config& shared) const {
    shared.insert({"ip as-path access-list SWY-ONE-AS permit ^[0-9]+$ any"});
    auto policy = frr::joined_policy(
        {"match as-path SWY-ONE-AS", "set community none", "set extcommunity none",
         "set large-community none", "set local-preference 100", "set metric 0"},
        attachment_.policy.in);
    if (attachment_.drained) policy = as_eos_spells(frr::drained_in(std::move(policy)));
    return add_route_map(shared, "I", policy);
  }

  [[nodiscard]] std::string add_outbound(Config& shared) const {
    auto policy = frr::joined_policy(
        {"set community none", "set extcommunity none", "set large-community none"},
        attachment_.policy.out);
    if (attachment_.drained) policy = as_eos_spells(frr::drained_out(std::move(policy), asn_));
    return add_route_map(shared, "O", policy);
  }

  const Attachment& attachment_;
  std::string subinterface_;
  std::string group_;
  Asn asn_;
  Line instance_;
};

void add_routed(PortLines& lines, const PortIntent& intent, const SwitchContext& context) {
  for (const Attachment& attachment : intent.attachments) {
    const std::string name = fmt::format("{}.{}", intent.port, attachment.tag.value);
    std::vector<std::string> settings{
        fmt::format("encapsulation dot1q vlan {}", attachment.tag.value),
        "vrf " + attachment.vrf.value,
        "ipv6 enable",
        "ipv6 nd ra lifetime 0",
        "ip verify unicast source reachable-via rx",
        "ipv6 verify unicast source reachable-via rx"};
    if (intent.mtu != kDefaultMtu) settings.push_back(fmt::format("mtu {}", intent.mtu));
    add_section(lines.own, "interface " + name, settings);
    Session(attachment, name, context.asn).add(lines);
  }
}

}  // namespace

std::string inbound_list(const std::string& subinterface) { return "SWY-P-" + subinterface; }

std::string peer_group(const std::string& subinterface) { return "SWY-N-" + subinterface; }

PortLines wished_lines(const PortIntent& intent, const SwitchContext& context) {
  std::vector<std::string> parent;
  if (!intent.owner.empty()) parent.push_back("description " + intent.owner);
  if (intent.mode == PortMode::Provisioning || intent.mode == PortMode::Segment) {
    for (std::string& line : bridged_lines(intent))
      parent.push_back(std::move(line));
  } else {
    parent.emplace_back("no switchport");
    parent.push_back("vrf " + context.quarantine);
  }
  if (intent.mode == PortMode::Shut) parent.emplace_back("shutdown");
  if (intent.mode == PortMode::Routed && intent.mtu != kDefaultMtu)
    parent.push_back(fmt::format("mtu {}", intent.mtu));
  PortLines lines;
  for (const std::string& line : parent)
    lines.own.insert({"interface " + intent.port, line});
  if (intent.mode == PortMode::Routed) add_routed(lines, intent, context);
  return lines;
}

}  // namespace switchyard::switch_drivers::arista_eos
