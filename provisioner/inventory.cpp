// Reads the inventory file: shapes and single values here, what must fit together in
// inventory_check.cpp.
#include "provisioner/inventory.h"

#include "catalogs/network_catalog_yaml.h"
#include "core/host_name.h"
#include "provisioner/bmc/server_boot.h"
#include "provisioner/inventory_check.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace switchyard::provisioner {
namespace {

using yaml::Node;

Result<Asn> parse_asn(std::string_view text) {
  long long value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9' || value > 4'294'967'295LL)
      return failure(Errc::Invalid, "not an AS number: " + std::string(text));
    value = value * 10 + (c - '0');
  }
  return make_asn(value);
}

Result<std::string> parse_label(std::string_view text) {
  if (!is_host_name(text))
    return failure(Errc::Invalid,
                   "not a name (1 to 63 of a-z, 0-9 and -): " + std::string(text.substr(0, 80)));
  return std::string(text);
}

Result<std::string> parse_nic_name(std::string_view text) {
  if (text.size() > 10)
    return failure(Errc::Invalid,
                   "a NIC name has at most 10 characters, so that its subinterfaces fit in 15");
  return parse_port_name(text);
}

// Safe in any command line.
Result<std::string> parse_device_name(std::string_view text) {
  const auto is_letter = [](char c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; };
  const auto may_stand = [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  };
  if (text.empty() || text.size() > 15 || !is_letter(text.front()) ||
      !std::ranges::all_of(text, may_stand))
    return failure(Errc::Invalid,
                   "not a device (1 to 15 of A-Z, a-z, 0-9, '.', '_', '-', a letter first): " +
                       std::string(text.substr(0, 80)));
  return std::string(text);
}

VlanId read_tag(const Node& node, std::string_view key) {
  return VlanId{static_cast<std::uint16_t>(node.integer(key, 1, 4094))};
}

Secret read_password(const Node& node) {
  const std::string inline_text = node.text_or("password", "");
  const std::string file = node.text_or("password_file", "");
  if (file.empty()) return Secret(inline_text);
  if (!inline_text.empty())
    node.report("password_file", "give password or password_file, not both");
  std::ifstream stream(file);
  std::string line;
  if (!stream || !std::getline(stream, line)) node.report("password_file", "cannot read " + file);
  return Secret(line);
}

InventoryVrf read_vrf(const Node& node) {
  InventoryVrf vrf{.name = node.parsed<VrfName>("name", &parse_vrf),
                   .tag = read_tag(node, "tag"),
                   .description = node.text_or("description", "")};
  node.done();
  return vrf;
}

InventorySubnet read_subnet(const Node& node) {
  InventorySubnet subnet{.name = node.parsed<std::string>("name", &parse_label),
                         .vrf = node.parsed<VrfName>("vrf", &parse_vrf),
                         .prefix = node.parsed<Prefix>("prefix", &parse_prefix),
                         .project = node.parsed<std::string>("project", &parse_label),
                         .whole = node.flag_or("whole", false),
                         .hold_down = node.integer_or("hold_down", 0, 366LL * 86400, 3600)};
  node.done();
  return subnet;
}

catalogs::NetworkCatalog read_catalog(const Node& node) {
  catalogs::NetworkCatalog catalog = catalogs::read_network_catalog(node);
  node.done();
  return catalog;
}

catalogs::OsImage read_image(const Node& node) {
  catalogs::OsImage image{.name = node.parsed<std::string>("name", &parse_label),
                          .description = node.text_or("description", "")};
  node.done();
  return image;
}

// How a switch or a vantage point proves itself, and we ourselves there.
template <class Device> void read_access(const Node& node, Device& device) {
  device.name = node.parsed<std::string>("name", &parse_label);
  device.address = node.parsed<IpAddress>("address", &parse_ip);
  device.port = static_cast<std::uint16_t>(node.integer_or("port", 1, 65535, 22));
  device.user = node.text_or("user", "root");
  device.password = read_password(node);
  device.key_file = node.text_or("key_file", "");
  device.host_key = node.text("host_key");
  if (device.password.empty() && device.key_file.empty())
    node.report("needs password, password_file or key_file");
  if (!device.host_key.starts_with("SHA256:"))
    node.report("host_key",
                "must be the fingerprint as `ssh-keygen -l` prints it: SHA256:… (over HTTPS the "
                "certificate's: SHA256: and what openssl x509 -fingerprint -sha256 prints)");
}

InventoryPort read_port(const Node& node) {
  InventoryPort port{.name = node.parsed<std::string>("name", &parse_port_name),
                     .role = node.parsed<PortRole>("role", &parse_port_role)};
  node.done();
  return port;
}

InventorySwitch read_switch(const Node& node) {
  InventorySwitch result;
  read_access(node, result);
  result.nos = node.text("nos");
  result.asn = node.parsed<Asn>("asn", &parse_asn);
  result.bridge = node.text_or("bridge", "br0");
  if (const auto bridge = parse_port_name(result.bridge); !bridge)
    node.report("bridge", bridge.error().message);
  for (const std::string& text : node.texts("vrfs")) {
    const Result<VrfName> vrf = parse_vrf(text);
    if (vrf)
      result.vrfs.push_back(*vrf);
    else
      node.report("vrfs", vrf.error().message);
  }
  for (const Node& item : node.items("ports"))
    result.ports.push_back(read_port(item));
  node.done();
  return result;
}

InventoryVantageVrf read_vantage_vrf(const Node& node) {
  InventoryVantageVrf served{.vrf = node.parsed<VrfName>("vrf", &parse_vrf)};
  if (node.find("device")) served.device = node.parsed<std::string>("device", &parse_device_name);
  node.done();
  return served;
}

InventoryVantagePoint read_vantage_point(const Node& node) {
  InventoryVantagePoint point;
  read_access(node, point);
  point.gate = node.flag_or("gate", false);
  if (!node.find("vrfs"))
    node.report("vrfs", "is missing; an empty list takes the vantage point out of service");
  for (const Node& item : node.items("vrfs"))
    point.vrfs.push_back(read_vantage_vrf(item));
  node.done();
  return point;
}

InventoryNic read_nic(const Node& node) {
  InventoryNic nic{.name = node.parsed<std::string>("name", &parse_nic_name),
                   .mac = node.parsed<MacAddress>("mac", &parse_mac),
                   .switch_name = node.parsed<std::string>("switch", &parse_label),
                   .port = node.parsed<std::string>("port", &parse_port_name)};
  node.done();
  return nic;
}

std::vector<std::string> read_serials(const Node& node) {
  std::vector<std::string> serials = node.texts("disks");
  for (const std::string& serial : serials)
    if (serial.empty() || serial.size() > 200 || serial.front() == ' ' || serial.back() == ' ')
      node.report("disks", "a serial number has 1 to 200 characters and no blank around it");
  std::ranges::sort(serials);
  return serials;
}

// What making the BMC's client would refuse later.
void check_bmc(const Node& node, const InventoryServer& server) {
  const InventoryBmc& bmc = server.bmc;
  if (!bmc.certificate.empty() && bmc.insecure)
    node.report("insecure", "give certificate or insecure, not both");
  const Status usable = check_bmc_access({.server = server.name,
                                          .type = bmc.type,
                                          .url = bmc.url,
                                          .user = bmc.user,
                                          .password = bmc.password,
                                          .certificate = bmc.certificate,
                                          .insecure = bmc.insecure});
  if (!usable) node.report(usable.error().message);
}

InventoryServer read_server(const Node& node) {
  InventoryServer server{.name = node.parsed<std::string>("name", &parse_label),
                         .profile = node.text_or("profile", "default")};
  if (const auto bmc = node.find("bmc")) {
    server.bmc = {.type = bmc->text("type"),
                  .url = bmc->text("url"),
                  .user = bmc->text_or("user", ""),
                  .password = read_password(*bmc),
                  .certificate = bmc->text_or("certificate", ""),
                  .insecure = bmc->flag_or("insecure", false)};
    check_bmc(*bmc, server);
    bmc->done();
  } else {
    node.report("bmc", "is missing");
  }
  server.disks = read_serials(node);
  server.clean = node.flag_or("clean", false);
  if (node.find("secure_boot")) server.secure_boot = node.flag_or("secure_boot", false);
  for (const Node& item : node.items("nics"))
    server.nics.push_back(read_nic(item));
  node.done();
  return server;
}

template <class T>
void read_all(const Node& root, std::string_view key, T (*read)(const Node&),
              std::vector<T>& values, std::vector<Node>& places) {
  for (const Node& item : root.items(key)) {
    values.push_back(read(item));
    places.push_back(item);
  }
}

}  // namespace

Result<std::string> parse_server_name(std::string_view text) { return parse_label(text); }

std::string_view to_string(PortRole role) {
  switch (role) {
    case PortRole::Server: return "server";
    case PortRole::Uplink: return "uplink";
    case PortRole::Peer: return "peer";
    case PortRole::Unmanaged: return "unmanaged";
  }
  return "unmanaged";
}

Result<PortRole> parse_port_role(std::string_view text) {
  for (const PortRole role :
       {PortRole::Server, PortRole::Uplink, PortRole::Peer, PortRole::Unmanaged})
    if (to_string(role) == text) return role;
  return failure(Errc::Invalid,
                 "not a port role (server, uplink, peer, unmanaged): " + std::string(text));
}

Inventory parse_inventory(std::string_view file, std::string_view text, yaml::Problems& problems) {
  const Node root = yaml::parse(file, text, problems);
  Inventory inventory;
  InventoryPlaces places;
  read_all(root, "vrfs", &read_vrf, inventory.vrfs, places.vrfs);
  read_all(root, "subnets", &read_subnet, inventory.subnets, places.subnets);
  read_all(root, "network_catalogs", &read_catalog, inventory.catalogs, places.catalogs);
  read_all(root, "images", &read_image, inventory.images, places.images);
  read_all(root, "switches", &read_switch, inventory.switches, places.switches);
  read_all(root, "vantage_points", &read_vantage_point, inventory.vantage_points,
           places.vantage_points);
  read_all(root, "servers", &read_server, inventory.servers, places.servers);
  root.done();
  check_inventory(inventory, places);
  return inventory;
}

}  // namespace switchyard::provisioner
