#include "switch-drivers/linux-frr/snippet.h"

#include "switch-drivers/linux-frr/wish.h"

#include <fmt/format.h>

namespace switchyard::switch_drivers::linux_frr {

namespace {

constexpr const char* kNotice =
    "# Written by Switchyard, which will write it again: do not edit.\n";

std::string stanza(const std::string& name) { return fmt::format("\nauto {0}\niface {0}\n", name); }

std::string option(std::string_view text) { return fmt::format("    {}\n", text); }

std::string filter_hook(const std::string& device, const Filters& filters) {
  if (filters.empty()) return {};
  std::string lines;
  for (const Filter& filter : filters)
    lines += fmt::format("echo '{}'; ", filter_line(device, filter));
  return option(fmt::format("pre-up tc qdisc replace dev {} clsact", device)) +
         option(fmt::format("pre-up {{ {}}} | tc -force -batch -", lines));
}

std::string dead_end_hooks(const std::string& vrf) {
  return option(fmt::format("post-up ip route replace vrf {} unreachable default metric {}", vrf,
                            kDeadEndMetric)) +
         option(fmt::format("post-up ip -6 route replace vrf {} unreachable default metric {}", vrf,
                            kDeadEndMetric));
}

std::string subinterface_stanza(const SubInterface& sub) {
  std::string text =
      stanza(sub.name) + option("vrf " + sub.master) + option(fmt::format("mtu {}", sub.mtu));
  for (const auto& [key, value] : sub.settings) {
    text += option(fmt::format("pre-up sysctl -q -w {}={}", key, value));
  }
  return text + filter_hook(sub.name, sub.filters) + dead_end_hooks(sub.master);
}

std::string bridge_stanza(const PortState& port) {
  std::string text =
      stanza(port.master) +
      option(fmt::format("post-up ip link set dev {} master {}", port.port, port.master));
  if (!port.bridge->vlans.contains(1)) {
    text += option(fmt::format("post-up bridge vlan del dev {} vid 1", port.port));
  }
  for (const auto& [vid, membership] : port.bridge->vlans) {
    text +=
        option(fmt::format("post-up bridge vlan add dev {} vid {}{}{}", port.port, vid,
                           membership.pvid ? " pvid" : "", membership.untagged ? " untagged" : ""));
  }
  return text + option(fmt::format("post-up bridge link set dev {} isolated {} guard {}", port.port,
                                   port.bridge->isolated ? "on" : "off",
                                   port.bridge->guard ? "on" : "off"));
}

}  // namespace

std::string_view hook_of(const Filter& filter) { return filter.leaving ? "egress" : "ingress"; }

std::string filter_line(const std::string& device, const Filter& filter) {
  return fmt::format("filter replace dev {} {} pref {} handle {} protocol {} {}{}{} action {}",
                     device, hook_of(filter), filter.preference, filter.handle, filter.protocol,
                     filter.kind, filter.match.empty() ? "" : " ", filter.match, filter.action);
}

std::string render_snippet(const PortState& wished) {
  std::string text = kNotice + stanza(wished.port);
  if (!wished.alias.empty()) text += option("alias " + wished.alias);
  text += option(fmt::format("mtu {}", wished.mtu));
  if (!wished.up) text += option("link-down yes");
  const bool routed = !wished.bridge && !wished.master.empty();
  if (routed) text += option("vrf " + wished.master);
  text += filter_hook(wished.port, wished.filters);
  for (const auto& [name, sub] : wished.subinterfaces)
    text += subinterface_stanza(sub);
  if (wished.bridge) text += bridge_stanza(wished);
  return text;
}

std::string render_closed_snippet(const std::string& port) {
  return kNotice + stanza(port) + option("link-down yes");
}

std::string render_base(const std::string& quarantine, std::uint32_t table) {
  return kNotice + stanza(quarantine) + option(fmt::format("vrf-table {}", table)) +
         dead_end_hooks(quarantine);
}

}  // namespace switchyard::switch_drivers::linux_frr
