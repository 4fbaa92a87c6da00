#include "tests/fakes/switch/monitor.h"

#include <algorithm>

namespace switchyard::fakes {

namespace {

constexpr std::size_t kMostViolations = 200;

bool has_dead_end(const Kernel& kernel, const Link& vrf) {
  const auto of = [&](int family) {
    return std::any_of(kernel.unreachable().begin(), kernel.unreachable().end(),
                       [&](const UnreachableRoute& route) {
                         return route.table == vrf.table && route.family == family &&
                                route.destination == "default";
                       });
  };
  return of(4) && of(6);
}

bool ends_in_drop(const Link& link) {
  return link.clsact && !link.filters.empty() && link.filters.back().protocol == "all" &&
         link.filters.back().action == "drop";
}

}  // namespace

std::string port_of_device(const std::string& device) {
  const std::size_t dot = device.rfind('.');
  return dot == std::string::npos ? device : device.substr(0, dot);
}

void Monitor::note(const std::string& what, const std::string& when) {
  if (violations_.size() < kMostViolations) violations_.push_back(what + " (" + when + ")");
}

void Monitor::look(const MonitorView& view, const std::string& subject, const std::string& when) {
  const std::size_t space = subject.find(' ');
  if (space == std::string::npos) {
    const std::string port = port_of_device(subject);
    if (ports_.contains(port)) look_at_port(view, port, when);
    return;
  }
  // A shared object: every neighbour that uses it, on a port that is open.
  const std::string name = subject.substr(space + 1);
  for (const auto& [vrf, instance] : view.frr.instances()) {
    for (const auto& [interface, of] : instance.neighbours) {
      const Link* link = view.kernel.find(interface);
      if (link == nullptr || !view.kernel.running(*link) ||
          !ports_.contains(port_of_device(interface)))
        continue;
      look_at_neighbour(view, instance, of, when);
    }
  }
}

// Called for a neighbour whose interface passes frames: a session may come up any moment.
void Monitor::look_at_neighbour(const MonitorView& view, const BgpInstance& instance,
                                const Neighbour& of, const std::string& when) {
  if (instance.shut_down(of)) return;
  const std::string who = "neighbour " + of.name + " in " + instance.vrf;
  const std::string remote_as = instance.effective_remote_as(of);
  if (remote_as.empty()) return;  // stays Idle
  if (remote_as.find_first_not_of("0123456789") != std::string::npos)
    note(who + " accepts any AS", when);
  for (const int family : {0, 1}) {
    if (!instance.active(of, family)) continue;
    const Family kind = family == 0 ? Family::V4 : Family::V6;
    const std::string list = policy_name(instance.effective(of, family, "prefix-list in"));
    const std::string suffix = family == 0 ? " for IPv4" : " for IPv6";
    if (list.empty()) note(who + " has no inbound prefix list" + suffix, when);
    // Undefined denies; what must not be is a list that lets everything in.
    const auto everything = parse_prefix(family == 0 ? "0.0.0.0/0" : "::/0");
    if (!list.empty() && view.frr.list_exists(list, kind) &&
        view.frr.list_permits(list, *everything))
      note(who + " accepts a default route" + suffix, when);
    if (!view.frr.has_policy(instance, of, family, Direction::Out))
      note(who + " has no outbound filter" + suffix, when);
    if (instance.effective(of, family, "maximum-prefix").empty())
      note(who + " has no maximum-prefix" + suffix, when);
  }
  if (instance.effective(of, -1, "ttl-security").empty()) note(who + " has no GTSM", when);
}

void Monitor::look_at_routed(const MonitorView& view, const Link& port, const std::string& when) {
  const Link* master = view.kernel.find(port.master);
  if (master == nullptr || master->kind != Link::Kind::Vrf) {
    note("port " + port.name + " is open with subinterfaces and no dead-end VRF under it", when);
  } else if (!has_dead_end(view.kernel, *master)) {
    note("VRF " + master->name + " under open port " + port.name + " has no unreachable default",
         when);
  }
  if (!ends_in_drop(port)) note("port " + port.name + " is open and takes frames of any tag", when);
  for (const auto& [name, link] : view.kernel.links()) {
    if (link.parent != port.name || !link.up) continue;
    const Link* vrf = view.kernel.find(link.master);
    if (vrf == nullptr || vrf->kind != Link::Kind::Vrf) {
      note("subinterface " + name + " is open outside of every VRF", when);
      continue;
    }
    if (!has_dead_end(view.kernel, *vrf))
      note("VRF " + vrf->name + " of open " + name + " has no unreachable default", when);
    if (!ends_in_drop(link))
      note("subinterface " + name + " is open without its source filter", when);
    BgpInstance* instance = view.frr.instance(vrf->name);
    if (instance == nullptr) continue;
    const auto of = instance->neighbours.find(name);
    if (of != instance->neighbours.end()) look_at_neighbour(view, *instance, of->second, when);
  }
}

void Monitor::look_at_port(const MonitorView& view, const std::string& name,
                           const std::string& when) {
  const Link* port = view.kernel.find(name);
  if (port == nullptr || !port->up) return;
  const Link* master = view.kernel.find(port->master);
  const bool bridged = master != nullptr && master->kind == Link::Kind::Bridge;
  const bool has_children =
      std::any_of(view.kernel.links().begin(), view.kernel.links().end(),
                  [&](const auto& entry) { return entry.second.parent == name; });
  if (bridged && has_children)
    note("port " + name + " is open in the bridge and has subinterfaces", when);
  if (!bridged && has_children) look_at_routed(view, *port, when);
  if (!bridged && !has_children && master == nullptr)
    note("port " + name + " is open outside of bridge and VRFs", when);
  const bool provisioning = bridged && port->vlans.contains(view.provisioning_vlan);
  if (provisioning && !port->isolated)
    note("port " + name + " is open in the provisioning VLAN and not isolated", when);
  if (bridged && port->vlans.contains(1))
    note("port " + name + " is open in the bridge's default VLAN", when);
  if (provisioning && view.tenant_runs && view.tenant_runs(name))
    note("the tenant's system behind port " + name + " sees the provisioning VLAN", when);
  if (has_children && view.installer_runs && view.installer_runs(name))
    note("the installer behind port " + name + " sees tenant VRFs", when);
}

}  // namespace switchyard::fakes
