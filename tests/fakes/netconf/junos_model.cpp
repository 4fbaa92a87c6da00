#include "tests/fakes/netconf/junos_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <set>

namespace switchyard::fakes {

namespace {

std::string port_of(const std::string& unit) { return unit.substr(0, unit.find('.')); }

const ConfigNode* interface_of(const ConfigNode& config, const std::string& port) {
  return config.at({"interfaces", "interface " + port});
}

const ConfigNode* unit_of(const ConfigNode& config, const std::string& name) {
  const ConfigNode* port = interface_of(config, port_of(name));
  const std::size_t dot = name.find('.');
  if (port == nullptr || dot == std::string::npos) return nullptr;
  return port->child("unit", name.substr(dot + 1));
}

const ConfigNode* switching_of(const ConfigNode& port) {
  return port.at({"unit 0", "family", "ethernet-switching"});
}

// The unit on which a group finds its neighbour.
std::string unit_of_group(const ConfigNode& group) {
  for (const ConfigNode* one : group.all("dynamic-neighbor"))
    if (const ConfigNode* discovery = one->child("peer-auto-discovery"); discovery != nullptr)
      for (const ConfigNode* interface : discovery->all("interface"))
        return interface->key;
  return {};
}

std::vector<const ConfigNode*> groups_of(const ConfigNode& instance) {
  const ConfigNode* bgp = instance.at({"protocols", "bgp"});
  return bgp == nullptr ? std::vector<const ConfigNode*>{} : bgp->all("group");
}

std::vector<const ConfigNode*> instances_of(const ConfigNode& config) {
  const ConfigNode* all = config.child("routing-instances");
  return all == nullptr ? std::vector<const ConfigNode*>{} : all->all("instance");
}

const ConfigNode* policy_object(const ConfigNode& config, const char* kind,
                                const std::string& name) {
  return config.at({"policy-options", std::string(kind) + " " + name});
}

}  // namespace

std::string JunosModel::vrf_of(const std::string& unit) const {
  for (const ConfigNode* instance : instances_of(config_))
    if (instance->child("interface", unit) != nullptr) return instance->key;
  return {};
}

PortForwarding JunosModel::forwarding(const std::string& name) const {
  PortForwarding view{.exists = has_port_(name)};
  const ConfigNode* port = interface_of(config_, name);
  view.up = view.exists && (port == nullptr || port->child("disable") == nullptr);
  if (port == nullptr) return view;
  if (const ConfigNode* switching = switching_of(*port); switching != nullptr) {
    view.bridged = true;
    if (const ConfigNode* vlan = switching->child("vlan"); vlan != nullptr)
      for (const ConfigNode* member : vlan->all("members"))
        view.vlans.insert(std::atoi(member->value.c_str()));
    if (view.vlans.empty()) view.vlans.insert(1);  // the default VLAN
  }
  view.tags_checked = port->child("vlan-tagging") != nullptr;
  for (const ConfigNode* unit : port->all("unit")) {
    if (unit->child("vlan-id") == nullptr) continue;
    const std::string unit_name = name + "." + unit->key;
    view.subinterfaces.push_back(
        {.name = unit_name,
         .up = unit->child("disable") == nullptr,
         .vrf = vrf_of(unit_name),
         .dead_end = true,  // an instance has no way into another one
         .source_checked = unit->at({"family", "inet", "rpf-check"}) != nullptr &&
                           unit->at({"family", "inet6", "rpf-check"}) != nullptr});
  }
  return view;
}

NeighbourView JunosModel::view_of(const ConfigNode& instance, const ConfigNode& group,
                                  const std::string& unit) const {
  const ConfigNode* node = unit_of(config_, unit);
  const ConfigNode* asn = config_.at({"routing-options", "autonomous-system", "as-number"});
  NeighbourView view{.vrf = instance.key,
                     .name = unit,
                     .port = port_of(unit),
                     .tag = node == nullptr ? 0 : std::atoi(node->value_of("vlan-id").c_str()),
                     .local_asn = asn == nullptr ? 0
                                                 : static_cast<std::uint32_t>(std::strtoul(
                                                       asn->value.c_str(), nullptr, 10)),
                     .remote_as = "external"};
  if (const ConfigNode* list = policy_object(config_, "as-list", group.value_of("peer-as-list"));
      list != nullptr)
    view.remote_as = list->value_of("members");
  const PortForwarding port = forwarding(view.port);
  view.passes_frames = node != nullptr && port.up && has_carrier_(view.port);
  view.in_its_vrf = instance.child("interface", unit) != nullptr;
  for (const std::size_t family : {0U, 1U}) {
    const ConfigNode* unicast = group.at({"family", family == 0 ? "inet" : "inet6", "unicast"});
    auto& one = view.families.at(family);
    one.active = unicast != nullptr;
    const ConfigNode* limit = unicast == nullptr ? nullptr : unicast->child("prefix-limit");
    if (limit != nullptr && limit->child("teardown") != nullptr)
      one.limit = NeighbourView::Limit{
          static_cast<std::size_t>(std::atoi(limit->value_of("maximum").c_str())), true};
  }
  return view;
}

void JunosModel::visit_neighbours(const std::function<void(const NeighbourView&)>& visit) const {
  for (const ConfigNode* instance : instances_of(config_))
    for (const ConfigNode* group : groups_of(*instance))
      if (const std::string unit = unit_of_group(*group); !unit.empty())
        visit(view_of(*instance, *group, unit));
}

const ConfigNode* JunosModel::group_of(const NeighbourView& of) const {
  const ConfigNode* instance = config_.at({"routing-instances", "instance " + of.vrf});
  if (instance == nullptr) return nullptr;
  for (const ConfigNode* group : groups_of(*instance))
    if (unit_of_group(*group) == of.name) return group;
  return nullptr;
}

std::optional<NeighbourView> JunosModel::neighbour(const std::string& vrf,
                                                   const std::string& name) const {
  const ConfigNode* group = group_of({.vrf = vrf, .name = name});
  if (group == nullptr) return std::nullopt;
  return view_of(*config_.at({"routing-instances", "instance " + vrf}), *group, name);
}

NeighbourGuards JunosModel::guards(const NeighbourView& of) const {
  const ConfigNode* group = group_of(of);
  NeighbourGuards guards;
  for (const std::size_t family : {0U, 1U}) {
    auto& one = guards.families.at(family);
    one.inbound_filter = group->child("import") != nullptr;
    one.accepts_default = accepts(of, *parse_prefix(family == 0 ? "0.0.0.0/0" : "::/0"),
                                  static_cast<std::uint32_t>(std::atoll(of.remote_as.c_str())));
    one.outbound_filter = group->child("export") != nullptr;
  }
  return guards;
}

bool JunosModel::matches(const ConfigNode& term, const Prefix& prefix,
                         std::uint32_t origin_asn) const {
  const ConfigNode* from = term.child("from");
  if (from == nullptr) return true;
  const bool v4 = prefix.network.family == Family::V4;
  const std::string family = from->value_of("family");
  if (!family.empty() && (family == "inet") != v4) return false;
  if (const std::string name = from->value_of("as-path"); !name.empty()) {
    const ConfigNode* path = policy_object(config_, "as-path", name);
    if (path == nullptr || path->value_of("path") != std::to_string(origin_asn)) return false;
  }
  // The server of the simulation gives no communities.
  if (from->child("community") != nullptr) return false;
  bool any_list = false;
  for (const ConfigNode* list : from->all("prefix-list")) {
    any_list = true;
    const ConfigNode* object = policy_object(config_, "prefix-list", list->key);
    if (object != nullptr && object->child("prefix-list-item", to_string(prefix)) != nullptr)
      return true;
  }
  return !any_list;
}

// Junos without an import policy, or at the end of one that decides nothing, takes what BGP says.
bool JunosModel::accepts(const NeighbourView& from, const Prefix& prefix,
                         std::uint32_t origin_asn) const {
  const ConfigNode* group = group_of(from);
  if (group == nullptr) return false;
  for (const ConfigNode* import : group->all("import")) {
    const ConfigNode* policy = policy_object(config_, "policy-statement", import->value);
    if (policy == nullptr) return false;
    for (const ConfigNode* term : policy->all("term")) {
      const ConfigNode* then = term->child("then");
      if (then == nullptr || !matches(*term, prefix, origin_asn)) continue;
      if (then->child("accept") != nullptr) return true;
      if (then->child("reject") != nullptr) return false;
    }
  }
  return true;
}

namespace {

std::string fault_in_policies(const ConfigNode& config) {
  const ConfigNode* options = config.child("policy-options");
  if (options == nullptr) return {};
  for (const ConfigNode* policy : options->all("policy-statement")) {
    for (const ConfigNode* term : policy->all("term")) {
      const std::string where =
          fmt::format("[edit policy-options policy-statement {} term {}]", policy->key, term->key);
      const ConfigNode* from = term->child("from");
      if (from != nullptr) {
        for (const ConfigNode* list : from->all("prefix-list"))
          if (options->child("prefix-list", list->key) == nullptr)
            return where + ": prefix-list " + list->key + " is not defined";
        const std::string path = from->value_of("as-path");
        if (!path.empty() && options->child("as-path", path) == nullptr)
          return where + ": as-path " + path + " is not defined";
      }
      const ConfigNode* then = term->child("then");
      if (then == nullptr) continue;
      for (const ConfigNode* community : then->all("community"))
        if (options->child("community", community->key) == nullptr)
          return where + ": community " + community->key + " is not defined";
    }
  }
  return {};
}

std::string fault_in_instances(const ConfigNode& config) {
  std::set<std::string> seen;
  for (const ConfigNode* instance : instances_of(config)) {
    const std::string where = "[edit routing-instances " + instance->key + "]";
    for (const ConfigNode* interface : instance->all("interface")) {
      if (!seen.insert(interface->key).second)
        return where + ": interface " + interface->key + " is in two instances";
      if (unit_of(config, interface->key) == nullptr)
        return where + ": interface " + interface->key + " is not configured";
    }
    for (const ConfigNode* group : groups_of(*instance)) {
      for (const char* direction : {"import", "export"})
        for (const ConfigNode* policy : group->all(direction))
          if (policy_object(config, "policy-statement", policy->value) == nullptr)
            return where + ": policy " + policy->value + " is not defined";
      const std::string list = group->value_of("peer-as-list");
      if (!list.empty() && policy_object(config, "as-list", list) == nullptr)
        return where + ": as-list " + list + " is not defined";
      const std::string unit = unit_of_group(*group);
      if (!unit.empty() && instance->child("interface", unit) == nullptr)
        return where + ": interface " + unit + " of group " + group->key + " is not in it";
    }
  }
  return {};
}

std::string fault_in_interfaces(const ConfigNode& config) {
  const ConfigNode* interfaces = config.child("interfaces");
  if (interfaces == nullptr) return {};
  std::set<int> vlans;
  if (const ConfigNode* all = config.child("vlans"); all != nullptr)
    for (const ConfigNode* vlan : all->all("vlan"))
      vlans.insert(std::atoi(vlan->value_of("vlan-id").c_str()));
  for (const ConfigNode* port : interfaces->all("interface")) {
    const std::string where = "[edit interfaces " + port->key + "]";
    const bool tagging = port->child("vlan-tagging") != nullptr;
    const ConfigNode* switching = switching_of(*port);
    if (switching != nullptr && tagging)
      return where + ": ethernet-switching and vlan-tagging exclude each other";
    const std::string mtu = port->value_of("mtu");
    if (!mtu.empty() && (std::atoi(mtu.c_str()) < 256 || std::atoi(mtu.c_str()) > 9216))
      return where + ": mtu " + mtu + " is out of range";
    for (const ConfigNode* unit : port->all("unit"))
      if (unit->child("vlan-id") != nullptr && !tagging)
        return where + ": vlan-id without vlan-tagging";
    const ConfigNode* vlan = switching == nullptr ? nullptr : switching->child("vlan");
    if (vlan == nullptr) continue;
    for (const ConfigNode* member : vlan->all("members"))
      if (!vlans.contains(std::atoi(member->value.c_str())))
        return where + ": VLAN " + member->value + " is not defined";
  }
  return {};
}

}  // namespace

std::string commit_fault(const ConfigNode& active) {
  for (const auto& check : {fault_in_interfaces, fault_in_policies, fault_in_instances})
    if (std::string fault = check(active); !fault.empty()) return fault;
  return {};
}

}  // namespace switchyard::fakes
