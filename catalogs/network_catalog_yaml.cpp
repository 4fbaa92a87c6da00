#include "catalogs/network_catalog_yaml.h"

#include "core/host_name.h"

namespace switchyard::catalogs {
namespace {

CatalogAttachment read_attachment(const yaml::Node& node) {
  CatalogAttachment attachment{.vrf = node.parsed<VrfName>("vrf", &parse_vrf),
                               .ipv4 = node.flag_or("ipv4", true),
                               .ipv6 = node.flag_or("ipv6", true),
                               .anycast = node.flag_or("anycast", false)};
  if (node.find("tag"))
    attachment.tag = VlanId{static_cast<std::uint16_t>(node.integer_or("tag", 1, 4094, 1))};
  for (const std::string& text : node.texts("advertise")) {
    const Result<Prefix> prefix = parse_prefix(text);
    if (prefix)
      attachment.advertise.push_back(*prefix);
    else
      node.report("advertise", prefix.error().message);
  }
  attachment.maximum_prefix =
      static_cast<std::uint32_t>(node.integer_or("maximum_prefix", 1, 1000, 8));
  if (!attachment.ipv4 && !attachment.ipv6) node.report("needs ipv4 or ipv6");
  node.done();
  return attachment;
}

}  // namespace

NetworkCatalog read_network_catalog(const yaml::Node& node) {
  NetworkCatalog catalog{
      .name = node.text("name"),
      .description = node.text_or("description", ""),
      .mtu = static_cast<std::uint16_t>(node.integer_or("mtu", 1280, 9000, 1500)),
      .keepalive = std::chrono::seconds(node.integer_or("keepalive", 1, 60, 3)),
      .hold = std::chrono::seconds(node.integer_or("hold", 3, 180, 9))};
  if (!catalog.name.empty() && !is_host_name(catalog.name))
    node.report("name", "not a name (1 to 63 of a-z, 0-9 and -): " + catalog.name.substr(0, 80));
  if (catalog.hold < catalog.keepalive * 3)
    node.report("hold", "must be at least three times keepalive");
  for (const yaml::Node& item : node.items("attachments"))
    catalog.attachments.push_back(read_attachment(item));
  if (catalog.attachments.empty()) node.report("attachments", "needs at least one VRF");
  return catalog;
}

}  // namespace switchyard::catalogs
