#include "tests/fakes/switch/monitor.h"

#include <algorithm>

namespace switchyard::fakes {

namespace {

constexpr std::size_t kMostViolations = 200;
constexpr int kDefaultVlan = 1;

}  // namespace

void Monitor::note(const std::string& what, const std::string& when) {
  if (violations_.size() < kMostViolations) violations_.push_back(what + " (" + when + ")");
}

void Monitor::note_guard(const char* guard, const std::string& what, const std::string& when) {
  if (!cannot_.contains(guard)) note(what, when);
}

void Monitor::look_at_neighbours(const MonitorView& view, const std::string& when) {
  view.model.visit_neighbours([&](const NeighbourView& of) {
    if (of.passes_frames && ports_.contains(of.port)) look_at_neighbour(view, of, when);
  });
}

// Called for a neighbour whose interface passes frames: a session may come up any moment.
void Monitor::look_at_neighbour(const MonitorView& view, const NeighbourView& of,
                                const std::string& when) {
  if (of.shut_down || of.remote_as.empty()) return;  // stays Idle
  const std::string who = "neighbour " + of.name + " in " + of.vrf;
  if (of.remote_as.find_first_not_of("0123456789") != std::string::npos)
    note(who + " accepts any AS", when);
  const NeighbourGuards guards = view.model.guards(of);
  for (std::size_t family = 0; family < of.families.size(); ++family) {
    if (!of.families.at(family).active) continue;
    const auto& one = guards.families.at(family);
    const std::string suffix = family == 0 ? " for IPv4" : " for IPv6";
    if (!one.inbound_filter) note(who + " has no inbound prefix list" + suffix, when);
    if (one.accepts_default) note(who + " accepts a default route" + suffix, when);
    if (!one.outbound_filter) note(who + " has no outbound filter" + suffix, when);
    if (!of.families.at(family).limit)
      note_guard("maximum-prefix", who + " has no maximum-prefix" + suffix, when);
  }
  if (!guards.gtsm) note_guard("gtsm", who + " has no GTSM", when);
}

void Monitor::look_at_routed(const MonitorView& view, const std::string& name,
                             const PortForwarding& port, const std::string& when) {
  if (port.vrf.empty())
    note_guard("untagged-parent-isolation",
               "port " + name + " is open with subinterfaces and no dead-end VRF under it", when);
  else if (!port.dead_end)
    note_guard("unreachable-default",
               "VRF " + port.vrf + " under open port " + name + " has no unreachable default",
               when);
  if (!port.tags_checked)
    note_guard("tag-whitelist", "port " + name + " is open and takes frames of any tag", when);
  for (const PortForwarding::Subinterface& one : port.subinterfaces) {
    if (!one.up) continue;
    if (one.vrf.empty()) {
      note("subinterface " + one.name + " is open outside of every VRF", when);
      continue;
    }
    if (!one.dead_end)
      note_guard("unreachable-default",
                 "VRF " + one.vrf + " of open " + one.name + " has no unreachable default", when);
    if (!one.source_checked)
      note_guard("source-address-check",
                 "subinterface " + one.name + " is open without its source filter", when);
    if (const auto of = view.model.neighbour(one.vrf, one.name)) look_at_neighbour(view, *of, when);
  }
}

void Monitor::look_at_port(const MonitorView& view, const std::string& name,
                           const std::string& when) {
  if (!ports_.contains(name)) return;
  const PortForwarding port = view.model.forwarding(name);
  if (!port.exists || !port.up) return;
  const bool has_children = !port.subinterfaces.empty();
  if (port.bridged && has_children)
    note("port " + name + " is open in the bridge and has subinterfaces", when);
  if (!port.bridged && has_children) look_at_routed(view, name, port, when);
  if (!port.bridged && !has_children && port.vrf.empty())
    note("port " + name + " is open outside of bridge and VRFs", when);
  const bool provisioning = port.bridged && port.vlans.contains(view.provisioning_vlan);
  if (provisioning && !port.isolated)
    note_guard("port-isolation",
               "port " + name + " is open in the provisioning VLAN and not isolated", when);
  if (port.bridged && port.vlans.contains(kDefaultVlan))
    note("port " + name + " is open in the bridge's default VLAN", when);
  const auto runs = view.runs ? view.runs(name) : CableEnd::Runs::Nothing;
  if (provisioning && runs == CableEnd::Runs::Tenant)
    note("the tenant's system behind port " + name + " sees the provisioning VLAN", when);
  if (has_children && runs == CableEnd::Runs::Installer)
    note("the installer behind port " + name + " sees tenant VRFs", when);
}

}  // namespace switchyard::fakes
