#include "provisioner/inventory_check.h"

#include <algorithm>
#include <map>
#include <set>

namespace switchyard::provisioner {
namespace {

using yaml::Node;

template <class T, class Name>
void refuse_twins(const std::vector<T>& values, const std::vector<Node>& places, const char* what,
                  Name name) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string text = name(values[i]);
    if (!text.empty() && !seen.insert(text).second)
      places[i].report("name", std::string(what) + " " + text + " is already there");
  }
}

void check_vrfs(const Inventory& inventory, const InventoryPlaces& places) {
  std::map<VlanId, std::string> tags;
  for (std::size_t i = 0; i < inventory.vrfs.size(); ++i) {
    const InventoryVrf& vrf = inventory.vrfs[i];
    const auto [other, is_new] = tags.emplace(vrf.tag, vrf.name.value);
    if (!is_new)
      places.vrfs[i].report("tag", "tag " + std::to_string(vrf.tag.value) +
                                       " is already that of VRF " + other->second);
  }
}

bool knows_vrf(const Inventory& inventory, const VrfName& name) {
  return std::ranges::any_of(inventory.vrfs,
                             [&](const InventoryVrf& vrf) { return vrf.name == name; });
}

void check_subnets(const Inventory& inventory, const InventoryPlaces& places) {
  for (std::size_t i = 0; i < inventory.subnets.size(); ++i) {
    const InventorySubnet& subnet = inventory.subnets[i];
    if (!subnet.vrf.value.empty() && !knows_vrf(inventory, subnet.vrf))
      places.subnets[i].report("vrf", "there is no VRF " + subnet.vrf.value);
    for (std::size_t j = 0; j < i; ++j) {
      const InventorySubnet& earlier = inventory.subnets[j];
      if (earlier.vrf == subnet.vrf && overlaps(earlier.prefix, subnet.prefix))
        places.subnets[i].report("prefix", to_string(subnet.prefix) + " overlaps " +
                                               to_string(earlier.prefix) + " of subnet " +
                                               earlier.name + " in VRF " + subnet.vrf.value);
    }
  }
}

void check_catalogs(const Inventory& inventory, const InventoryPlaces& places) {
  for (std::size_t i = 0; i < inventory.catalogs.size(); ++i) {
    std::set<VrfName> seen;
    for (const catalogs::CatalogAttachment& attachment : inventory.catalogs[i].attachments) {
      const std::string& name = attachment.vrf.value;
      if (!name.empty() && !knows_vrf(inventory, attachment.vrf))
        places.catalogs[i].report("attachments", "there is no VRF " + name);
      if (!seen.insert(attachment.vrf).second)
        places.catalogs[i].report("attachments", "VRF " + name + " stands twice");
    }
  }
}

void check_switches(const Inventory& inventory, const InventoryPlaces& places) {
  for (std::size_t i = 0; i < inventory.switches.size(); ++i) {
    const InventorySwitch& item = inventory.switches[i];
    std::set<std::string> ports;
    for (const InventoryPort& port : item.ports)
      if (!port.name.empty() && !ports.insert(port.name).second)
        places.switches[i].report("ports", "port " + port.name + " stands twice");
    for (const VrfName& vrf : item.vrfs)
      if (!knows_vrf(inventory, vrf))
        places.switches[i].report("vrfs", "there is no VRF " + vrf.value);
  }
}

void check_vantage_points(const Inventory& inventory, const InventoryPlaces& places) {
  for (std::size_t i = 0; i < inventory.vantage_points.size(); ++i) {
    const InventoryVantagePoint& point = inventory.vantage_points[i];
    const Node& place = places.vantage_points[i];
    std::set<VrfName> seen;
    for (const InventoryVantageVrf& served : point.vrfs) {
      if (!served.vrf.value.empty() && !knows_vrf(inventory, served.vrf))
        place.report("vrfs", "there is no VRF " + served.vrf.value);
      if (!seen.insert(served.vrf).second)
        place.report("vrfs", "VRF " + served.vrf.value + " stands twice");
      if (served.device.empty() && point.vrfs.size() > 1)
        place.report("vrfs", "vantage point " + point.name +
                                 " serves several VRFs: say by which "
                                 "device it probes in VRF " +
                                 served.vrf.value);
    }
  }
}

void check_link(const Inventory& inventory, const InventoryNic& nic, const Node& place) {
  const auto found = std::ranges::find(inventory.switches, nic.switch_name, &InventorySwitch::name);
  if (found == inventory.switches.end()) {
    place.report("nics", "NIC " + nic.name + ": there is no switch " + nic.switch_name);
    return;
  }
  const auto port = std::ranges::find(found->ports, nic.port, &InventoryPort::name);
  if (port == found->ports.end()) {
    place.report("nics",
                 "NIC " + nic.name + ": switch " + nic.switch_name + " has no port " + nic.port);
  } else if (port->role != PortRole::Server) {
    place.report("nics", "NIC " + nic.name + ": port " + nic.port + " of switch " +
                             nic.switch_name + " has the role " +
                             std::string(to_string(port->role)) +
                             "; only ports with the role server are ever touched");
  }
}

void check_servers(const Inventory& inventory, const InventoryPlaces& places) {
  std::map<MacAddress, std::string> macs;
  std::map<std::pair<std::string, std::string>, std::string> ports;
  for (std::size_t i = 0; i < inventory.servers.size(); ++i) {
    const InventoryServer& server = inventory.servers[i];
    const Node& place = places.servers[i];
    if (server.nics.empty())
      place.report("nics", "server " + server.name + " has no links: it could never be deployed");
    std::set<std::string> names;
    for (const InventoryNic& nic : server.nics) {
      if (!names.insert(nic.name).second) place.report("nics", "NIC " + nic.name + " stands twice");
      if (const auto [other, is_new] = macs.emplace(nic.mac, server.name + " " + nic.name); !is_new)
        place.report("nics",
                     "MAC address " + to_string(nic.mac) + " is already that of " + other->second);
      if (const auto [other, is_new] =
              ports.emplace(std::pair(nic.switch_name, nic.port), server.name);
          !is_new)
        place.report("nics", "port " + nic.port + " of switch " + nic.switch_name +
                                 " is already cabled to " + other->second);
      check_link(inventory, nic, place);
    }
  }
}

}  // namespace

void check_inventory(const Inventory& inventory, const InventoryPlaces& places) {
  refuse_twins(inventory.vrfs, places.vrfs, "VRF", [](const auto& v) { return v.name.value; });
  refuse_twins(inventory.subnets, places.subnets, "subnet", [](const auto& v) { return v.name; });
  refuse_twins(inventory.catalogs, places.catalogs, "network catalog",
               [](const auto& v) { return v.name; });
  refuse_twins(inventory.images, places.images, "image", [](const auto& v) { return v.name; });
  refuse_twins(inventory.switches, places.switches, "switch", [](const auto& v) { return v.name; });
  refuse_twins(inventory.vantage_points, places.vantage_points, "vantage point",
               [](const auto& v) { return v.name; });
  refuse_twins(inventory.servers, places.servers, "server", [](const auto& v) { return v.name; });
  check_vrfs(inventory, places);
  check_subnets(inventory, places);
  check_catalogs(inventory, places);
  check_switches(inventory, places);
  check_vantage_points(inventory, places);
  check_servers(inventory, places);
}

}  // namespace switchyard::provisioner
