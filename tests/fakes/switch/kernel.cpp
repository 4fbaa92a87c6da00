#include "tests/fakes/switch/kernel.h"

#include <algorithm>

namespace switchyard::fakes {

Link* Kernel::find(const std::string& name) {
  const auto found = links_.find(name);
  return found == links_.end() ? nullptr : &found->second;
}

const Link* Kernel::find(const std::string& name) const {
  const auto found = links_.find(name);
  return found == links_.end() ? nullptr : &found->second;
}

std::vector<const Link*> Kernel::by_index() const {
  std::vector<const Link*> sorted;
  sorted.reserve(links_.size());
  for (const auto& [name, link] : links_)
    sorted.push_back(&link);
  std::sort(sorted.begin(), sorted.end(),
            [](const Link* a, const Link* b) { return a->index < b->index; });
  return sorted;
}

std::string Kernel::vrf_of_table(int table) const {
  for (const auto& [name, link] : links_)
    if (link.kind == Link::Kind::Vrf && link.table == table) return name;
  return {};
}

std::string Kernel::add(Link link) {
  if (links_.contains(link.name)) return "RTNETLINK answers: File exists";
  if (link.kind == Link::Kind::Vlan) {
    const Link* parent = find(link.parent);
    if (parent == nullptr) return "Cannot find device \"" + link.parent + "\"";
    for (const auto& [name, other] : links_)
      if (other.kind == Link::Kind::Vlan && other.parent == link.parent && other.vlan == link.vlan)
        return "RTNETLINK answers: File exists";
    if (link.mtu == 0) link.mtu = parent->mtu;
    if (link.mtu > parent->mtu) return "RTNETLINK answers: Numerical result out of range";
    link.mac = parent->mac;
  }
  link.index = next_index_++;
  const std::string name = link.name;
  links_.emplace(name, std::move(link));
  note_change(name);
  return {};
}

std::string Kernel::remove(const std::string& name) {
  Link* link = find(name);
  if (link == nullptr) return "Cannot find device \"" + name + "\"";
  if (link->kind == Link::Kind::Port || link->kind == Link::Kind::Loopback)
    return "RTNETLINK answers: Operation not supported";
  if (link->kind == Link::Kind::Vrf) {
    const int table = link->table;
    std::erase_if(unreachable_,
                  [&](const UnreachableRoute& route) { return route.table == table; });
  }
  for (auto& [other_name, other] : links_)
    if (other.master == name) leave_master(other);
  std::vector<std::string> children;
  for (const auto& [other_name, other] : links_)
    if (other.parent == name) children.push_back(other_name);
  for (const std::string& child : children)
    (void)remove(child);
  links_.erase(name);
  note_change(name);
  return {};
}

// dev_change_flags() of a parent takes its VLAN devices along, in both directions
// (net/8021q/vlan.c, NETDEV_DOWN and NETDEV_UP).
std::string Kernel::set_up(const std::string& name, bool up) {
  Link* link = find(name);
  if (link == nullptr) return "Cannot find device \"" + name + "\"";
  if (link->kind == Link::Kind::Vlan && up && !find(link->parent)->up)
    return "RTNETLINK answers: Network is down";
  if (link->up == up) return {};
  link->up = up;
  for (auto& [other_name, other] : links_)
    if (other.parent == name) other.up = up;
  note_change(name);
  return {};
}

void Kernel::leave_master(Link& link) {
  if (link.master.empty()) return;
  link.master.clear();
  link.vlans.clear();
  link.isolated = false;
  link.learning = true;
  link.bridge_flags.clear();
}

std::string Kernel::set_master(const std::string& name, const std::string& master) {
  Link* link = find(name);
  if (link == nullptr) return "Cannot find device \"" + name + "\"";
  if (link->master == master) return {};
  if (master.empty()) {
    leave_master(*link);
    note_change(name);
    return {};
  }
  Link* above = find(master);
  if (above == nullptr)
    return "Error: argument \"" + master + "\" is wrong: Device does not exist\n";
  if (above->kind != Link::Kind::Vrf && above->kind != Link::Kind::Bridge)
    return "RTNETLINK answers: Operation not supported";
  leave_master(*link);
  link->master = master;
  // vlan_default_pvid of the bridge, until somebody takes it away.
  if (above->kind == Link::Kind::Bridge) link->vlans[1] = {.pvid = true, .untagged = true};
  note_change(name);
  return {};
}

std::string Kernel::set_mtu(const std::string& name, int mtu) {
  Link* link = find(name);
  if (link == nullptr) return "Cannot find device \"" + name + "\"";
  if (mtu < 68 || mtu > 65535) return "RTNETLINK answers: Invalid argument";
  if (link->kind == Link::Kind::Vlan && mtu > find(link->parent)->mtu)
    return "RTNETLINK answers: Numerical result out of range";
  if (link->mtu == mtu) return {};
  link->mtu = mtu;
  for (auto& [other_name, other] : links_)
    if (other.parent == name && other.mtu > mtu) other.mtu = mtu;
  note_change(name);
  return {};
}

std::string Kernel::set_alias(const std::string& name, const std::string& alias) {
  Link* link = find(name);
  if (link == nullptr) return "Cannot find device \"" + name + "\"";
  if (alias.size() > 255) return "RTNETLINK answers: Invalid argument";
  if (link->alias == alias) return {};
  link->alias = alias;
  note_change(name);
  return {};
}

std::string Kernel::set_carrier(const std::string& name, bool carrier) {
  Link* link = find(name);
  if (link == nullptr) return "Cannot find device \"" + name + "\"";
  if (link->carrier == carrier) return {};
  link->carrier = carrier;
  note_change(name);
  return {};
}

std::string Kernel::add_vlan(const std::string& name, int first, int last, BridgeVlan flags) {
  Link* link = find(name);
  if (link == nullptr) return "Cannot find device \"" + name + "\"";
  const Link* above = find(link->master);
  const bool is_bridge = link->kind == Link::Kind::Bridge;
  if (!is_bridge && (above == nullptr || above->kind != Link::Kind::Bridge))
    return "RTNETLINK answers: Operation not supported";
  for (int vid = first; vid <= last; ++vid) {
    if (flags.pvid)
      for (auto& [other_vid, other] : link->vlans)
        other.pvid = false;
    link->vlans[vid] = flags;
  }
  note_change(name);
  return {};
}

std::string Kernel::remove_vlan(const std::string& name, int first, int last) {
  Link* link = find(name);
  if (link == nullptr) return "Cannot find device \"" + name + "\"";
  const Link* above = find(link->master);
  if (link->kind != Link::Kind::Bridge && (above == nullptr || above->kind != Link::Kind::Bridge))
    return "RTNETLINK answers: Operation not supported";
  bool any = false;
  for (int vid = first; vid <= last; ++vid)
    any = link->vlans.erase(vid) > 0 || any;
  if (!any) return "RTNETLINK answers: No such file or directory";
  note_change(name);
  return {};
}

std::string Kernel::replace_route(const UnreachableRoute& route, bool must_be_new) {
  const bool there =
      std::find(unreachable_.begin(), unreachable_.end(), route) != unreachable_.end();
  if (there) return must_be_new ? "RTNETLINK answers: File exists" : "";
  unreachable_.push_back(route);
  note_change(vrf_of_table(route.table));
  return {};
}

std::string Kernel::remove_route(const UnreachableRoute& route) {
  if (std::erase(unreachable_, route) == 0) return "RTNETLINK answers: No such process";
  note_change(vrf_of_table(route.table));
  return {};
}

bool Kernel::running(const Link& link) const {
  if (!link.up || !link.carrier) return false;
  if (link.kind != Link::Kind::Vlan) return true;
  const Link* parent = find(link.parent);
  return parent != nullptr && parent->up && parent->carrier;
}

}  // namespace switchyard::fakes
