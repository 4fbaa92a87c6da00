#include "catalogs/network_catalog.h"

#include <nlohmann/json.hpp>

namespace switchyard::catalogs {

using nlohmann::json;

namespace {

json policies_json(const std::map<std::string, SwitchPolicy>& policies) {
  json object = json::object();
  for (const auto& [nos, policy] : policies)
    object[nos] = {{"in", policy.in}, {"out", policy.out}};
  return object;
}

json segment_json(const Segment& segment) {
  json object{{"tagged", json::array()}};
  if (segment.untagged) object["untagged"] = segment.untagged->value;
  for (const VlanId& tag : segment.tagged)
    object["tagged"].push_back(tag.value);
  return object;
}

}  // namespace

std::string to_json_text(const std::map<std::string, SwitchPolicy>& policies) {
  return policies_json(policies).dump();
}

std::map<std::string, SwitchPolicy> parse_policies(std::string_view json_text) {
  std::map<std::string, SwitchPolicy> policies;
  const json parsed = json::parse(json_text);
  for (const auto& [nos, policy] : parsed.items())
    policies[nos] = {.in = policy.at("in").get<std::vector<std::string>>(),
                     .out = policy.at("out").get<std::vector<std::string>>()};
  return policies;
}

std::string to_json_text(const Segment& segment) { return segment_json(segment).dump(); }

Segment parse_segment(std::string_view json_text) {
  const json parsed = json::parse(json_text);
  Segment segment;
  if (parsed.contains("untagged"))
    segment.untagged = VlanId{parsed.at("untagged").get<std::uint16_t>()};
  for (const json& tag : parsed.at("tagged"))
    segment.tagged.push_back({tag.get<std::uint16_t>()});
  return segment;
}

std::string to_string(const Segment& segment) {
  std::string text;
  if (segment.untagged) text = "VLAN " + std::to_string(segment.untagged->value);
  if (segment.tagged.empty()) return text;
  text += text.empty() ? "tagged VLANs" : ", tagged";
  for (const VlanId& tag : segment.tagged)
    text += " " + std::to_string(tag.value);
  return text;
}

std::string to_json_text(const NetworkCatalog& catalog) {
  json attachments = json::array();
  for (const CatalogAttachment& attachment : catalog.attachments) {
    json advertise = json::array();
    for (const Prefix& prefix : attachment.advertise)
      advertise.push_back(to_string(prefix));
    json shown{{"vrf", attachment.vrf.value}, {"ipv4", attachment.ipv4},
               {"ipv6", attachment.ipv6},     {"anycast", attachment.anycast},
               {"advertise", advertise},      {"maximum_prefix", attachment.maximum_prefix}};
    if (attachment.tag) shown["tag"] = attachment.tag->value;
    if (!attachment.policies.empty()) shown["policies"] = policies_json(attachment.policies);
    attachments.push_back(std::move(shown));
  }
  json shown{{"name", catalog.name},         {"description", catalog.description},
             {"mtu", catalog.mtu},           {"keepalive", catalog.keepalive.count()},
             {"hold", catalog.hold.count()}, {"attachments", attachments}};
  if (catalog.segment) shown["segment"] = segment_json(*catalog.segment);
  return shown.dump();
}

Result<NetworkCatalog> parse_network_catalog(std::string_view json_text) {
  try {
    const json parsed = json::parse(json_text);
    NetworkCatalog catalog{
        .name = parsed.at("name").get<std::string>(),
        .description = parsed.at("description").get<std::string>(),
        .mtu = parsed.at("mtu").get<std::uint16_t>(),
        .keepalive = std::chrono::seconds(parsed.at("keepalive").get<long long>()),
        .hold = std::chrono::seconds(parsed.at("hold").get<long long>())};
    for (const json& item : parsed.at("attachments")) {
      CatalogAttachment attachment{.vrf = {item.at("vrf").get<std::string>()},
                                   .ipv4 = item.at("ipv4").get<bool>(),
                                   .ipv6 = item.at("ipv6").get<bool>(),
                                   // Catalogs of before there was anycast have none.
                                   .anycast = item.value("anycast", false)};
      for (const json& text : item.at("advertise")) {
        const Result<Prefix> prefix = parse_prefix(text.get<std::string>());
        if (!prefix) return tl::unexpected(prefix.error().in("network catalog " + catalog.name));
        attachment.advertise.push_back(*prefix);
      }
      attachment.maximum_prefix = item.at("maximum_prefix").get<std::uint32_t>();
      if (item.contains("tag")) attachment.tag = VlanId{item.at("tag").get<std::uint16_t>()};
      if (item.contains("policies"))
        attachment.policies = parse_policies(item.at("policies").dump());
      catalog.attachments.push_back(std::move(attachment));
    }
    if (parsed.contains("segment")) catalog.segment = parse_segment(parsed.at("segment").dump());
    return catalog;
  } catch (const json::exception& thrown) {
    return failure(Errc::Invalid, std::string("stored network catalog: ") + thrown.what());
  }
}

}  // namespace switchyard::catalogs
