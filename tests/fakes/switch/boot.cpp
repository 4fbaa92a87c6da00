#include "tests/fakes/switch/boot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <functional>

namespace switchyard::fakes {

namespace {

constexpr long long kDeadEndMetric = 4278198272;
constexpr int kFirstUplinkTag = 3001;
constexpr int kForeignVlan = 300;

std::string mac_of(const std::string& switch_name, int number) {
  const auto seed = static_cast<unsigned>(std::hash<std::string>{}(switch_name));
  return fmt::format("02:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", seed & 0xffU, (seed >> 8U) & 0xffU,
                     (seed >> 16U) & 0xffU, static_cast<unsigned>(number) >> 8U,
                     static_cast<unsigned>(number) & 0xffU);
}

std::string value_of(const std::vector<std::pair<std::string, std::string>>& stanza,
                     std::string_view keyword) {
  for (const auto& [key, value] : stanza)
    if (key == keyword) return value;
  return {};
}

}  // namespace

// What every ToR of the site has before Switchyard comes: VRFs with dead ends, the fabric's own
// sessions, a port somebody configured by hand.
std::string SwitchBoot::base_frr() const {
  const SwitchPlan& plan = of_.plan_;
  std::string text = fmt::format(
      "frr version 8.4.4\nfrr defaults traditional\nhostname {}\nservice "
      "integrated-vtysh-config\n!\n",
      plan.name);
  int tag = kFirstUplinkTag;
  for (const auto& [vrf, table] : plan.vrfs) {
    text += fmt::format(
        "router bgp {} vrf {}\n bgp router-id {}\n no bgp default ipv4-unicast\n bgp bestpath "
        "as-path multipath-relax\n",
        plan.asn, vrf, plan.router_id);
    if (!plan.other_ports.empty()) {
      const std::string uplink = fmt::format("{}.{}", plan.other_ports[0], tag++);
      text += fmt::format(
          " neighbor {0} interface v6only remote-as 65500\n neighbor {0} timers 3 9\n", uplink);
      for (const char* family : {"ipv4", "ipv6"})
        text += fmt::format(
            " !\n address-family {0} unicast\n  neighbor {1} activate\n  neighbor {1} route-map "
            "FABRIC in\n  neighbor {1} route-map FABRIC out\n exit-address-family\n",
            family, uplink);
    }
    text += "exit\n!\n";
  }
  return text + "route-map FABRIC permit 10\nexit\n!\nend\n";
}

void SwitchBoot::install() {
  of_.files_.put(of_.nature_.frr_file, base_frr());
  of_.files_.put("/etc/network/interfaces",
                 "# The fabric's part of this switch.\nsource /etc/network/interfaces.d/*\n");
  (void)of_.files_.make_directory("/etc/network/interfaces.d", true);
  (void)of_.files_.make_directory("/run/lock", true);
}

void SwitchBoot::base_links() {
  Kernel& kernel = of_.kernel_;
  const SwitchPlan& plan = of_.plan_;
  int number = 0;
  (void)kernel.add({.name = "lo",
                    .kind = Link::Kind::Loopback,
                    .mac = "00:00:00:00:00:00",
                    .mtu = 65536,
                    .up = true,
                    .addresses = {"127.0.0.1/8", plan.router_id + "/32"}});
  (void)kernel.add({.name = "eth0", .mac = mac_of(plan.name, number++), .up = true});
  for (const std::string& port : plan.server_ports)
    (void)kernel.add({.name = port, .mac = mac_of(plan.name, number++), .carrier = false});
  for (const std::string& port : plan.other_ports)
    (void)kernel.add({.name = port, .mac = mac_of(plan.name, number++), .mtu = 9216, .up = true});
  for (const auto& [vrf, table] : plan.vrfs) {
    (void)kernel.add({.name = vrf,
                      .kind = Link::Kind::Vrf,
                      .mac = mac_of(plan.name, number++),
                      .table = table,
                      .mtu = 65575,
                      .up = true});
    for (const int family : {4, 6})
      (void)kernel.replace_route({family, table, "default", kDeadEndMetric}, false);
  }
  Link bridge{.name = plan.bridge,
              .kind = Link::Kind::Bridge,
              .mac = mac_of(plan.name, number++),
              .up = true};
  bridge.vlans[1] = {.pvid = true, .untagged = true};
  (void)kernel.add(std::move(bridge));
  (void)kernel.add_vlan(plan.bridge, plan.provisioning_vlan, plan.provisioning_vlan, {});
}

void SwitchBoot::fabric_links() {
  Kernel& kernel = of_.kernel_;
  const SwitchPlan& plan = of_.plan_;
  for (std::size_t i = 0; i < plan.other_ports.size(); ++i) {
    const std::string& port = plan.other_ports[i];
    (void)kernel.set_master(port, plan.bridge);
    (void)kernel.remove_vlan(port, 1, 1);
    if (i == 0) {
      (void)kernel.set_alias(port, "spine");
      (void)kernel.add_vlan(port, plan.provisioning_vlan, plan.provisioning_vlan, {});
      int tag = kFirstUplinkTag;
      for (const auto& [vrf, table] : plan.vrfs) {
        const std::string name = fmt::format("{}.{}", port, tag);
        (void)kernel.add({.name = name,
                          .kind = Link::Kind::Vlan,
                          .master = vrf,
                          .parent = port,
                          .vlan = tag++,
                          .up = true});
      }
    } else {
      (void)kernel.set_alias(port, "somebody's load balancer, configured by hand");
      (void)kernel.add_vlan(port, kForeignVlan, kForeignVlan, {.pvid = true, .untagged = true});
    }
  }
}

void SwitchBoot::hooks(const Stanza& stanza, const std::string& keyword) {
  for (const auto& [key, command] : stanza)
    if (key == keyword) (void)of_.run_to_end(command);
}

// One interface as ifupdown2 brings it up. Its order matters: the device exists before pre-up runs.
void SwitchBoot::apply(const std::string& name, const Stanza& stanza) {
  Kernel& kernel = of_.kernel_;
  const std::size_t dot = name.rfind('.');
  if (kernel.find(name) == nullptr) {
    const std::string table = value_of(stanza, "vrf-table");
    if (!table.empty())
      (void)kernel.add({.name = name,
                        .kind = Link::Kind::Vrf,
                        .mac = mac_of(name, 0),
                        .table = std::atoi(table.c_str()),
                        .mtu = 65575});
    else if (dot != std::string::npos)
      (void)kernel.add({.name = name,
                        .kind = Link::Kind::Vlan,
                        .parent = name.substr(0, dot),
                        .vlan = std::atoi(name.substr(dot + 1).c_str()),
                        .mtu = 0});
    else
      return;
  }
  hooks(stanza, "pre-up");
  if (const std::string mtu = value_of(stanza, "mtu"); !mtu.empty())
    (void)kernel.set_mtu(name, std::atoi(mtu.c_str()));
  if (const std::string alias = value_of(stanza, "alias"); !alias.empty())
    (void)kernel.set_alias(name, alias);
  if (const std::string vrf = value_of(stanza, "vrf"); !vrf.empty())
    (void)kernel.set_master(name, vrf);
  if (value_of(stanza, "link-down") != "yes") (void)kernel.set_up(name, true);
  hooks(stanza, "up");
  hooks(stanza, "post-up");
}

void SwitchBoot::apply_snippets() {
  std::vector<std::pair<std::string, Stanza>> stanzas;
  for (const std::string& path : of_.files_.glob("/etc/network/interfaces.d/*")) {
    const std::string text = of_.files_.read(path).value_or("");
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      std::string line = text.substr(at, end - at);
      at = end + 1;
      line.erase(0, std::min(line.find_first_not_of(" \t"), line.size()));
      if (line.empty() || line[0] == '#') continue;
      const std::size_t space = std::min(line.find(' '), line.size());
      const std::string keyword = line.substr(0, space);
      const std::string rest = space < line.size() ? line.substr(space + 1) : "";
      if (keyword == "iface")
        stanzas.emplace_back(rest.substr(0, rest.find(' ')), Stanza{});
      else if (keyword != "auto" && !stanzas.empty())
        stanzas.back().second.emplace_back(keyword, rest);
    }
  }
  // Masters before members, parents before children, the bridge when its ports are there.
  const auto rank = [&](const auto& stanza) {
    if (!value_of(stanza.second, "vrf-table").empty()) return 0;
    if (stanza.first == of_.plan_.bridge) return 3;
    return stanza.first.find('.') == std::string::npos ? 1 : 2;
  };
  std::stable_sort(stanzas.begin(), stanzas.end(),
                   [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  for (const auto& [name, stanza] : stanzas)
    apply(name, stanza);
}

void SwitchBoot::run() {
  Kernel fresh;
  fresh.changed = of_.kernel_.changed;
  fresh.refuse_line = of_.kernel_.refuse_line;
  of_.kernel_ = std::move(fresh);
  base_links();
  fabric_links();
  apply_snippets();
  of_.frr_.clear();
  of_.frr_.begin();
  const std::string text = of_.files_.read(of_.nature_.frr_file).value_or("");
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    (void)of_.frr_.apply(std::string_view(text).substr(at, end - at));
    at = end + 1;
  }
}

}  // namespace switchyard::fakes
