#include "tests/fakes/switch/linux_model.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>

namespace switchyard::fakes {

namespace {

std::optional<NeighbourView::Limit> limit_of(const std::string& line) {
  if (line.empty()) return std::nullopt;
  std::istringstream words(line);  // "maximum-prefix 64 restart 1 force"
  std::string word;
  NeighbourView::Limit limit;
  words >> word >> limit.prefixes;
  while (words >> word)
    limit.counts_all = limit.counts_all || word == "force";
  return limit;
}

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

int tag_of(const Link* link, const std::string& name) {
  if (link != nullptr) return link->kind == Link::Kind::Vlan ? link->vlan : 0;
  const std::size_t dot = name.rfind('.');
  return dot == std::string::npos ? 0 : std::atoi(name.substr(dot + 1).c_str());
}

}  // namespace

std::string port_of_device(const std::string& device) {
  const std::size_t dot = device.rfind('.');
  return dot == std::string::npos ? device : device.substr(0, dot);
}

PortForwarding LinuxModel::forwarding(const std::string& name) const {
  PortForwarding view;
  const Link* port = kernel_.find(name);
  if (port == nullptr) return view;
  view.exists = true;
  view.up = port->up;
  const Link* master = kernel_.find(port->master);
  view.bridged = master != nullptr && master->kind == Link::Kind::Bridge;
  if (view.bridged) {
    for (const auto& [vid, flags] : port->vlans)
      view.vlans.insert(vid);
    view.isolated = port->isolated;
  } else if (master != nullptr) {
    view.vrf = master->name;
    view.dead_end = has_dead_end(kernel_, *master);
  }
  view.tags_checked = checks_tags_ || ends_in_drop(*port);
  for (const auto& [sub_name, link] : kernel_.links()) {
    if (link.parent != name) continue;
    const Link* vrf = kernel_.find(link.master);
    const bool in_vrf = vrf != nullptr && vrf->kind == Link::Kind::Vrf;
    view.subinterfaces.push_back({.name = sub_name,
                                  .up = link.up,
                                  .vrf = in_vrf ? vrf->name : "",
                                  .dead_end = in_vrf && has_dead_end(kernel_, *vrf),
                                  .source_checked = ends_in_drop(link)});
  }
  return view;
}

NeighbourView LinuxModel::view_of(const BgpInstance& instance, const Neighbour& of) const {
  const Link* link = kernel_.find(of.name);
  const bool is_vlan = link != nullptr && link->kind == Link::Kind::Vlan;
  NeighbourView view{.vrf = instance.vrf,
                     .name = of.name,
                     .port = is_vlan ? link->parent : port_of_device(of.name),
                     .tag = tag_of(link, of.name),
                     .local_asn = instance.asn,
                     .remote_as = instance.effective_remote_as(of),
                     .shut_down = instance.shut_down(of),
                     .passes_frames = link != nullptr && kernel_.running(*link)};
  view.in_its_vrf = link != nullptr && (instance.vrf == "default" || link->master == instance.vrf);
  for (const int family : {0, 1}) {
    auto& one = view.families.at(static_cast<std::size_t>(family));
    one.active = instance.active(of, family);
    one.limit = limit_of(instance.effective(of, family, "maximum-prefix"));
  }
  return view;
}

void LinuxModel::visit_neighbours(const std::function<void(const NeighbourView&)>& visit) const {
  for (const auto& [vrf, instance] : frr_.instances())
    for (const auto& [name, of] : instance.neighbours)
      visit(view_of(instance, of));
}

std::optional<NeighbourView> LinuxModel::neighbour(const std::string& vrf,
                                                   const std::string& name) const {
  const auto instance = frr_.instances().find(vrf);
  if (instance == frr_.instances().end()) return std::nullopt;
  const auto of = instance->second.neighbours.find(name);
  if (of == instance->second.neighbours.end()) return std::nullopt;
  return view_of(instance->second, of->second);
}

NeighbourGuards LinuxModel::guards(const NeighbourView& view) const {
  const BgpInstance& instance = frr_.instances().at(view.vrf);
  const Neighbour& of = instance.neighbours.find(view.name)->second;
  NeighbourGuards guards{.gtsm = !instance.effective(of, -1, "ttl-security").empty()};
  for (const int family : {0, 1}) {
    auto& one = guards.families.at(static_cast<std::size_t>(family));
    const Family kind = family == 0 ? Family::V4 : Family::V6;
    const std::string list = policy_name(instance.effective(of, family, "prefix-list in"));
    const auto everything = parse_prefix(family == 0 ? "0.0.0.0/0" : "::/0");
    one.inbound_filter = !list.empty();
    // Undefined denies; what must not be is a list that lets everything in.
    one.accepts_default =
        !list.empty() && frr_.list_exists(list, kind) && frr_.list_permits(list, *everything);
    one.outbound_filter = frr_.has_policy(instance, of, family, Direction::Out);
  }
  return guards;
}

bool LinuxModel::accepts(const NeighbourView& from, const Prefix& prefix,
                         std::uint32_t origin_asn) const {
  const BgpInstance& instance = frr_.instances().at(from.vrf);
  return frr_.permits(instance, instance.neighbours.find(from.name)->second, Direction::In, prefix,
                      origin_asn);
}

}  // namespace switchyard::fakes
