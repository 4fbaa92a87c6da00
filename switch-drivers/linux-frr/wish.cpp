#include "switch-drivers/linux-frr/wish.h"

#include "switch-drivers/linux-frr/snippet.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace switchyard::switch_drivers::linux_frr {

namespace {

constexpr std::uint32_t kTagLength = 4;  // IEEE 802.1Q

// As tc prints it: a host without its length.
std::string tc_text(const Prefix& prefix) {
  return is_host(prefix) ? to_string(prefix.network) : to_string(prefix);
}

// Room for the tag, where the device can give it. A device that says it cannot go as far as it
// already is (some virtual ones) is left alone.
std::uint32_t parent_mtu(std::uint32_t mtu, const WishContext& context) {
  const std::uint32_t wished = mtu + kTagLength;
  if (context.port_max_mtu == 0 || wished <= context.port_max_mtu) return wished;
  return std::max(context.port_mtu, std::min(mtu, context.port_max_mtu));
}

std::string dead_end(const std::string& vrf, Family family) {
  return fmt::format("{} v{}", vrf, static_cast<int>(family));
}

SubInterface wished_subinterface(const PortIntent& intent, const Attachment& attachment) {
  SubInterface sub;
  sub.name = fmt::format("{}.{}", intent.port, attachment.tag.value);
  sub.tag = attachment.tag.value;
  sub.master = attachment.vrf.value;
  sub.mtu = intent.mtu;
  sub.up = true;
  for (const std::string& key : setting_keys(sub.name))
    sub.settings[key] = "0";
  sub.filters = subinterface_filters(attachment);
  return sub;
}

void wish_routed(PortState& state, const PortIntent& intent, const WishContext& context,
                 PolicyMemo& memo) {
  state.master = context.quarantine;
  state.filters = parent_filters(intent);
  std::vector<std::string> vrfs{context.quarantine};
  for (const Attachment& attachment : intent.attachments) {
    SubInterface sub = wished_subinterface(intent, attachment);
    state.subinterfaces.emplace(sub.name, std::move(sub));
    vrfs.push_back(attachment.vrf.value);
  }
  for (const std::string& vrf : vrfs) {
    state.dead_ends.insert(dead_end(vrf, Family::V4));
    state.dead_ends.insert(dead_end(vrf, Family::V6));
  }
  WishedFrr frr = wished_frr(intent, context, memo);
  state.frr = std::move(frr.own);
  state.frr_shared = std::move(frr.shared);
}

void wish_bridged(PortState& state, const PortIntent& intent, const WishContext& context) {
  state.master = context.bridge;
  state.bridge = BridgePort{};
  state.bridge->guard = true;
  state.bridge->isolated = intent.mode == PortMode::Provisioning;
  if (intent.untagged)
    state.bridge->vlans[intent.untagged->value] = {.pvid = true, .untagged = true};
  for (const VlanId& tag : intent.tagged)
    state.bridge->vlans[tag.value] = {};
  state.filters = access_filters(intent);
}

// Numbers the filters of a preference through. tc wants one protocol a preference, and no match
// twice in it.
class FilterList {
 public:
  void add(unsigned preference, const char* protocol, const std::string& match,
           const char* action) {
    if (!matches_.insert({leaving_, preference, match}).second) return;
    filters_.insert({.leaving = leaving_,
                     .preference = preference,
                     .handle = ++last_[{leaving_, preference}],
                     .protocol = protocol,
                     .match = match,
                     .action = action});
  }

  void at_egress() { leaving_ = true; }

  Filters finish() { return std::move(filters_); }

 private:
  Filters filters_{};
  bool leaving_{};
  std::map<std::pair<bool, unsigned>, unsigned> last_{};
  std::set<std::tuple<bool, unsigned, std::string>> matches_{};
};

}  // namespace

Filters parent_filters(const PortIntent& intent) {
  Filters filters;
  for (const Attachment& attachment : intent.attachments) {
    filters.insert({.preference = 10,
                    .handle = attachment.tag.value,
                    .protocol = "802.1Q",
                    .match = fmt::format("vlan_id {}", attachment.tag.value),
                    .action = "pass"});
  }
  filters.insert({.preference = 11, .handle = 1, .protocol = "LLDP", .action = "pass"});
  filters.insert({.preference = 100, .handle = 1, .protocol = "all", .action = "drop"});
  return filters;
}

Filters subinterface_filters(const Attachment& attachment) {
  FilterList list;
  // Neighbour discovery: from a link-local address, from none (duplicate detection, RFC 4862), or
  // from the server's own.
  list.add(10, "ipv6", "ip_proto icmpv6 src_ip fe80::/10", "pass");
  list.add(10, "ipv6", "ip_proto icmpv6 src_ip ::", "pass");
  // The one service of the switch a server may reach.
  list.add(11, "ipv6", "ip_proto tcp dst_ip fe80::/10 dst_port 179 src_ip fe80::/10", "pass");
  list.add(11, "ipv6", "ip_proto tcp dst_ip fe80::/10 src_ip fe80::/10 src_port 179", "pass");
  for (const Prefix& host : attachment.accept) {
    if (host.network.family == Family::V6) {
      list.add(10, "ipv6", "ip_proto icmpv6 src_ip " + tc_text(host), "pass");
      list.add(14, "ipv6", "src_ip " + tc_text(host), "pass");
    } else {
      list.add(21, "ip", "src_ip " + tc_text(host), "pass");
    }
  }
  list.add(13, "ipv6", "dst_ip fe80::/10", "drop");
  list.add(13, "ipv6", "dst_ip ff00::/8", "drop");
  list.add(20, "ip", "dst_ip 224.0.0.0/3",
           "drop");  // multicast and broadcast: nothing here is for them
  list.add(100, "all", "", "drop");
  return list.finish();
}

namespace {

// The group an address is asked for in (RFC 4291, 2.7.1): ff02::1:ffXX:XXXX.
std::string solicited_node(const IpAddress& address) {
  IpAddress group = *parse_ip("ff02::1:ff00:0");
  std::copy(address.key.end() - 3, address.key.end(), group.key.end() - 3);
  return to_string(group);
}

// From the server: what it takes to talk to these addresses, in a name that is not theirs.
void add_ways_to(FilterList& list, const std::vector<IpAddress>& services) {
  for (const IpAddress& service : services) {
    const std::string text = to_string(service);
    if (service.family == Family::V4) {
      list.add(15, "ip", "src_ip " + text, "drop");
      list.add(16, "ip", "dst_ip " + text, "pass");
      list.add(17, "arp", "arp_sip " + text, "drop");
      list.add(18, "arp", "arp_tip " + text, "pass");
    } else {
      list.add(19, "ipv6", "src_ip " + text, "drop");
      list.add(20, "ipv6", "dst_ip " + text, "pass");
      list.add(20, "ipv6", "ip_proto icmpv6 dst_ip " + solicited_node(service), "pass");
    }
  }
  const auto has = [&](Family family) {
    return std::ranges::any_of(services, [&](const auto& s) { return s.family == family; });
  };
  if (has(Family::V4))
    list.add(16, "ip", "ip_proto udp dst_ip 255.255.255.255 dst_port 67", "pass");
  if (has(Family::V6)) {
    list.add(20, "ipv6", "ip_proto udp dst_ip ff02::1:2 dst_port 547", "pass");  // RFC 8415
    list.add(20, "ipv6", "ip_proto icmpv6 dst_ip ff02::2 type 133", "pass");     // RFC 4861
  }
  list.add(21, "LLDP", "", "pass");
  list.add(100, "all", "", "drop");
}

// To the server: nothing but what comes from these addresses. In their name nobody else can speak:
// every server's port refuses that (above).
void add_ways_from(FilterList& list, const std::vector<IpAddress>& services) {
  list.at_egress();
  for (const IpAddress& service : services) {
    const std::string text = to_string(service);
    if (service.family == Family::V4) {
      list.add(10, "ip", "src_ip " + text, "pass");
      list.add(11, "arp", "arp_sip " + text, "pass");
    } else {
      list.add(12, "ipv6", "src_ip " + text, "pass");
    }
  }
  list.add(13, "LLDP", "", "pass");
  list.add(100, "all", "", "drop");
}

}  // namespace

Filters access_filters(const PortIntent& intent) {
  FilterList list;
  if (intent.tagged.empty()) {
    // The bridge would take a frame tagged with the port's own untagged VLAN.
    list.add(10, "802.1Q", "", "drop");
    list.add(11, "802.1ad", "", "drop");
  }
  if (intent.mode != PortMode::Provisioning) return list.finish();
  list.add(12, "ip", "ip_proto udp src_port 67", "drop");     // DHCP answers (RFC 2131) are ours
  list.add(13, "ipv6", "ip_proto udp src_port 547", "drop");  // RFC 8415
  list.add(14, "ipv6", "ip_proto icmpv6 type 134", "drop");   // router advertisement, RFC 6105
  if (intent.services.empty()) return list.finish();
  add_ways_to(list, intent.services);
  add_ways_from(list, intent.services);
  return list.finish();
}

WishedFrr wished_frr(const PortIntent& intent, const WishContext& context) {
  PolicyMemo memo;
  return wished_frr(intent, context, memo);
}

WishedFrr wished_frr(const PortIntent& intent, const WishContext& context, PolicyMemo& memo) {
  WishedFrr all;
  for (const Attachment& attachment : intent.attachments) {
    WishedFrr one =
        frr::wished_session(attachment,
                            {.interface = fmt::format("{}.{}", intent.port, attachment.tag.value),
                             .vrf = attachment.vrf.value},
                            {.asn = context.asn, .version = context.frr_version}, memo);
    all.own.merge(one.own);
    all.shared.merge(one.shared);
  }
  return all;
}

PortState wished_state(const PortIntent& intent, const WishContext& context) {
  PolicyMemo memo;
  return wished_state(intent, context, memo);
}

PortState wished_state(const PortIntent& intent, const WishContext& context, PolicyMemo& memo) {
  PortState state;
  state.port = intent.port;
  state.exists = true;
  state.up = intent.mode != PortMode::Shut;
  state.alias = intent.owner;
  state.mtu = parent_mtu(intent.mtu, context);
  if (intent.mode == PortMode::Routed) wish_routed(state, intent, context, memo);
  if (intent.mode == PortMode::Provisioning || intent.mode == PortMode::Segment) {
    wish_bridged(state, intent, context);
  }
  state.saved_frr = state.frr;
  state.saved_frr.insert(state.frr_shared.begin(), state.frr_shared.end());
  state.snippet = render_snippet(state);
  return state;
}

}  // namespace switchyard::switch_drivers::linux_frr
