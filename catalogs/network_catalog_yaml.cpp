#include "catalogs/network_catalog_yaml.h"

#include "core/host_name.h"

#include <algorithm>
#include <charconv>

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

// Of 1..4094; reports anything else where it stands.
std::optional<VlanId> read_vlan(const yaml::Node& node) {
  const std::string text = node.scalar();
  long long number = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc{} && stopped == end && number >= 1 && number <= 4094)
    return VlanId{static_cast<std::uint16_t>(number)};
  node.report("is no VLAN (1 to 4094): " + text.substr(0, 40));
  return std::nullopt;
}

Segment read_segment(const yaml::Node& node) {
  Segment segment;
  if (const auto untagged = node.find("untagged")) segment.untagged = read_vlan(*untagged);
  for (const yaml::Node& item : node.items("tagged")) {
    const auto tag = read_vlan(item);
    if (!tag) continue;
    if (tag == segment.untagged || std::ranges::find(segment.tagged, *tag) != segment.tagged.end())
      item.report("VLAN " + std::to_string(tag->value) + " is there twice");
    segment.tagged.push_back(*tag);
  }
  std::ranges::sort(segment.tagged);
  if (!node.find("untagged") && node.items("tagged").empty())
    node.report("needs an untagged VLAN or a tagged one");
  node.done();
  return segment;
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
  const auto segment = node.find("segment");
  if (segment) catalog.segment = read_segment(*segment);
  if (segment && node.find("attachments"))
    node.report("segment", "stands instead of attachments: a port has VLANs or VRFs, not both");
  if (!segment && catalog.attachments.empty())
    node.report("attachments", "needs at least one VRF, or segment stands there instead");
  return catalog;
}

}  // namespace switchyard::catalogs
