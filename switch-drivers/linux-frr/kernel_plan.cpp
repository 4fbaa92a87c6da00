// The kernel half of a plan: links, VLANs, settings and filters.
#include "switch-drivers/linux-frr/kernel_reading.h"
#include "switch-drivers/linux-frr/plan.h"
#include "switch-drivers/linux-frr/snippet.h"
#include "switch-drivers/linux-frr/wish.h"

#include <fmt/format.h>

#include <algorithm>

namespace switchyard::switch_drivers::linux_frr {

namespace {

constexpr unsigned kGate = 1;  // preference of the filter that drops everything while others change

bool is_quotable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '\'';
  });
}

std::uint16_t pvid_of(const std::optional<BridgePort>& bridge) {
  if (!bridge) return 0;
  for (const auto& [vid, membership] : bridge->vlans) {
    if (membership.pvid) return vid;
  }
  return 0;
}

void plan_master(std::vector<std::string>& ip, const std::string& device, const std::string& from,
                 const std::string& to) {
  // Straight from one to the other: between two of them it would stand in the default VRF.
  if (from == to) return;
  if (to.empty()) ip.push_back(fmt::format("link set dev {} nomaster", device));
  if (is_plain(to)) ip.push_back(fmt::format("link set dev {} master {}", device, to));
}

void plan_addresses(std::vector<std::string>& ip, const std::string& device,
                    const std::vector<std::string>& from, const std::vector<std::string>& to) {
  for (const std::string& address : from) {
    if (std::find(to.begin(), to.end(), address) != to.end()) continue;
    ip.push_back(fmt::format("address del {} dev {}", address, device));
  }
  for (const std::string& address : to) {
    if (std::find(from.begin(), from.end(), address) != from.end()) continue;
    ip.push_back(fmt::format("address add {} dev {}", address, device));
  }
}

void plan_filters(std::vector<std::string>& tc, const std::string& device, const Filters& from,
                  const Filters& to) {
  if (from == to) return;
  if (to.empty()) {
    tc.push_back(fmt::format("qdisc del dev {} clsact", device));
    return;
  }
  tc.push_back(fmt::format("qdisc replace dev {} clsact", device));
  const Filter gate{.preference = kGate, .handle = 1, .protocol = "all", .action = "drop"};
  if (!from.empty()) tc.push_back(filter_line(device, gate));
  for (const Filter& filter : from) {
    if (to.contains(filter) || !is_plain(filter.protocol) || !is_plain(filter.kind)) continue;
    const std::string handle = filter.handle == 0 ? "" : fmt::format(" handle {}", filter.handle);
    tc.push_back(fmt::format("filter del dev {} {} pref {}{} protocol {} {}", device,
                             hook_of(filter), filter.preference, handle, filter.protocol,
                             filter.kind));
  }
  for (const Filter& filter : to) {
    const bool known = filter.match.find('?') == std::string::npos && is_plain(filter.protocol) &&
                       is_plain(filter.action) && filter.kind == "flower";
    if (!from.contains(filter) && known) tc.push_back(filter_line(device, filter));
  }
  if (!from.empty()) {
    tc.push_back(fmt::format("filter del dev {} ingress pref {} handle 1 protocol all flower",
                             device, kGate));
  }
}

void plan_dead_ends(std::vector<std::string>& ip, const PortState& from, const PortState& to) {
  for (const std::string& dead_end : to.dead_ends) {
    if (from.dead_ends.contains(dead_end)) continue;
    const std::size_t space = dead_end.find(' ');
    ip.push_back(fmt::format("route replace unreachable {} vrf {} metric {}",
                             dead_end.ends_with("v4") ? "0.0.0.0/0" : "::/0",
                             dead_end.substr(0, space), kDeadEndMetric));
  }
}

// FRR 8.4.4: when an interface with an `interface` stanza is deleted, bgpd takes every next hop of
// its VRF that it knows without an interface for gone, and all BGP routes of the VRF leave the
// kernel, uplinks' too, until their sessions are reset. In the quarantine VRF there is nothing to
// lose (tried both ways).
void delete_subinterface(std::vector<std::string>& ip, const std::string& name,
                         const std::string& quarantine) {
  ip.push_back(fmt::format("link set dev {} down", name));
  if (!quarantine.empty()) ip.push_back(fmt::format("link set dev {} master {}", name, quarantine));
  ip.push_back(fmt::format("link delete dev {}", name));
}

void plan_parent(PortPlan& plan, const PortState& from, const PortState& to) {
  plan_master(plan.ip, to.port, from.master, to.master);
  if (from.mtu != to.mtu) plan.ip.push_back(fmt::format("link set dev {} mtu {}", to.port, to.mtu));
  if (from.alias != to.alias && is_quotable(to.alias)) {
    plan.ip.push_back(fmt::format("link set dev {} alias \"{}\"", to.port, to.alias));
  }
  plan_addresses(plan.ip, to.port, from.addresses, to.addresses);
}

void plan_bridge(PortPlan& plan, const PortState& from, const PortState& to,
                 std::uint16_t default_pvid) {
  if (!to.bridge) return;
  BridgePort present;
  if (from.master == to.master && from.bridge) {
    present = *from.bridge;
  } else if (default_pvid != 0) {
    present.vlans[default_pvid] = {.pvid = true, .untagged = true};
  }
  for (const auto& [vid, membership] : present.vlans) {
    const auto wished = to.bridge->vlans.find(vid);
    if (wished != to.bridge->vlans.end() && wished->second == membership) continue;
    plan.bridge.push_back(fmt::format("vlan del dev {} vid {}", to.port, vid));
  }
  for (const auto& [vid, membership] : to.bridge->vlans) {
    const auto now = present.vlans.find(vid);
    if (now != present.vlans.end() && now->second == membership) continue;
    plan.bridge.push_back(fmt::format("vlan add dev {} vid {}{}{}", to.port, vid,
                                      membership.pvid ? " pvid" : "",
                                      membership.untagged ? " untagged" : ""));
  }
  const auto set = [&](const char* name, bool now, bool wished) {
    if (now == wished) return;
    plan.bridge.push_back(
        fmt::format("link set dev {} {} {}", to.port, name, wished ? "on" : "off"));
  };
  set("isolated", present.isolated, to.bridge->isolated);
  set("guard", present.guard, to.bridge->guard);
}

void plan_subinterface(PortPlan& plan, const SubInterface* from, const SubInterface& to,
                       const std::string& port) {
  const SubInterface nothing;
  const SubInterface& now = from == nullptr ? nothing : *from;
  if (from == nullptr) {
    plan.ip.push_back(fmt::format("link add link {} name {} mtu {} type vlan id {}", port, to.name,
                                  to.mtu, to.tag));
  } else if (now.mtu != to.mtu) {
    plan.ip.push_back(fmt::format("link set dev {} mtu {}", to.name, to.mtu));
  }
  const bool moves = now.master != to.master;
  if (moves && now.up) plan.ip.push_back(fmt::format("link set dev {} down", to.name));
  plan_master(plan.ip, to.name, now.master, to.master);
  plan_addresses(plan.ip, to.name, now.addresses, to.addresses);
  for (const auto& [key, value] : to.settings) {
    const auto present = now.settings.find(key);
    const bool differs = present == now.settings.end() || present->second != value;
    if (differs && is_plain(value)) plan.settings.push_back(key + "=" + value);
  }
  plan_filters(plan.tc, to.name, now.filters, to.filters);
  if (plan.through_shut || moves || from == nullptr || now.up != to.up) {
    plan.open.push_back(fmt::format("link set dev {} {}", to.name, to.up ? "up" : "down"));
  }
}

}  // namespace

void plan_kernel(PortPlan& plan, const PortState& from, const PortState& to,
                 const PlanContext& context) {
  // A second untagged VLAN cannot be had without a moment in neither or both: that goes through
  // shut too, as does any other master. A VLAN too many is only taken away.
  const bool other_pvid = from.bridge && to.bridge && pvid_of(from.bridge) != pvid_of(to.bridge);
  plan.through_shut = from.master != to.master || from.up != to.up || other_pvid;
  if (plan.through_shut) plan.close.push_back(fmt::format("link set dev {} down", to.port));

  plan_dead_ends(plan.ip, from, to);
  for (const auto& [name, sub] : from.subinterfaces) {
    const auto kept = to.subinterfaces.find(name);
    if (kept == to.subinterfaces.end() || kept->second.tag != sub.tag) {
      delete_subinterface(plan.ip, name, context.quarantine);
    }
  }
  plan_parent(plan, from, to);
  plan_bridge(plan, from, to, context.default_pvid);
  plan_filters(plan.tc, to.port, from.filters, to.filters);
  if (plan.through_shut && to.up) plan.open.push_back(fmt::format("link set dev {} up", to.port));
  for (const auto& [name, sub] : to.subinterfaces) {
    const auto now = from.subinterfaces.find(name);
    const bool same = now != from.subinterfaces.end() && now->second.tag == sub.tag;
    plan_subinterface(plan, same ? &now->second : nullptr, sub, to.port);
  }
}

}  // namespace switchyard::switch_drivers::linux_frr
