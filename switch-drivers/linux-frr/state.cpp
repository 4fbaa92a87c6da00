// Cuts one port out of an observation.
#include "switch-drivers/linux-frr/state.h"

#include "switch-drivers/linux-frr/exchange.h"

#include <algorithm>

namespace switchyard::switch_drivers::linux_frr {

namespace {

template <class Map>
typename Map::mapped_type found_or_empty(const Map& map, const std::string& key) {
  const auto it = map.find(key);
  return it == map.end() ? typename Map::mapped_type{} : it->second;
}

Filters filters_on(const SwitchState& observed, const std::string& device) {
  const auto it = observed.filters.find(device);
  return it == observed.filters.end() ? Filters{} : *it->second;
}

FrrLines closure_of(const FrrConfig& config, const std::string& port) {
  const auto it = config.closure_by_port.find(port);
  return it == config.closure_by_port.end() ? FrrLines{} : *it->second;
}

SubInterface subinterface_state(const SwitchState& observed, const Link& link) {
  SubInterface sub;
  sub.name = link.name;
  sub.tag = link.tag;
  sub.master = link.master;
  sub.mtu = link.mtu;
  sub.up = link.up;
  sub.addresses = link.addresses;
  sub.filters = filters_on(observed, link.name);
  for (const std::string& key : setting_keys(link.name)) {
    if (const auto it = observed.settings.find(key); it != observed.settings.end()) {
      sub.settings.insert(*it);
    }
  }
  return sub;
}

}  // namespace

std::vector<std::string> setting_keys(const std::string& subinterface) {
  // The switch must not take routes from a server's router advertisements; nothing else answers for
  // these link-local addresses, so duplicate detection would only delay the session.
  return {"net/ipv6/conf/" + subinterface + "/accept_ra",
          "net/ipv6/conf/" + subinterface + "/accept_dad"};
}

PortState port_state(const SwitchState& observed, const std::string& port) {
  PortState state;
  state.port = port;
  if (const auto it = observed.links.find(port); it != observed.links.end()) {
    const Link& link = it->second;
    state.exists = true;
    state.up = link.up;
    state.master = link.master;
    state.alias = link.alias;
    state.mtu = link.mtu;
    state.addresses = link.addresses;
  }
  if (const auto it = observed.bridge_ports.find(port); it != observed.bridge_ports.end()) {
    state.bridge = it->second;
  }
  state.filters = filters_on(observed, port);
  for (const auto& [name, link] : observed.links) {
    if (link.kind == "vlan" && link.parent == port) {
      state.subinterfaces.emplace(name, subinterface_state(observed, link));
    }
  }
  state.frr = found_or_empty(observed.running->by_port, port);
  state.frr_shared = closure_of(*observed.running, port);
  state.saved_frr = found_or_empty(observed.saved->by_port, port);
  state.saved_frr.merge(closure_of(*observed.saved, port));
  state.dead_ends = observed.dead_ends;
  if (const auto it = observed.snippets->find(snippet_path(port)); it != observed.snippets->end()) {
    state.snippet = it->second;
  }
  return state;
}

}  // namespace switchyard::switch_drivers::linux_frr
