#include "catalogs/catalog_definition.h"

#include "catalogs/catalog_folder.h"
#include "catalogs/network_catalog_yaml.h"

#include <fnmatch.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <regex>
#include <set>
#include <utility>

namespace switchyard::catalogs {
namespace {

using yaml::Node;

constexpr std::array<std::pair<std::string_view, ForEach>, 4> kForEach{{{"vrf", ForEach::Vrf},
                                                                        {"link", ForEach::Link},
                                                                        {"leg", ForEach::Leg},
                                                                        {"vlan", ForEach::Vlan}}};

Result<ForEach> parse_for_each(std::string_view text) {
  for (const auto& [word, value] : kForEach)
    if (word == text) return value;
  return failure(Errc::Invalid, "is vrf, link, leg or vlan: " + std::string(text.substr(0, 40)));
}

std::string name_of_file(const Node& node, std::string_view key, const TemplateFiles& files) {
  std::string name = node.text(key);
  if (!name.empty() && !files.contains(name)) node.report(key, "there is no file " + name);
  return name;
}

std::vector<NetworkTool> read_tools(const Node& node) {
  std::vector<NetworkTool> tools;
  const auto list = node.find("tools");
  if (!list) return tools;
  for (const Node& item : node.items("tools")) {
    const auto tool = parse_network_tool(item.scalar());
    if (!tool)
      item.report(tool.error().message);
    else if (std::ranges::find(tools, *tool) != tools.end())
      item.report(to_string(*tool) + " is there twice");
    else
      tools.push_back(*tool);
  }
  if (list->is_sequence() && node.items("tools").empty())
    node.report("tools", "names no tool; leave it out for a file that is always there");
  return tools;
}

ServerFile read_server_file(const Node& node, const TemplateFiles& files) {
  static const std::regex kMode("0[0-7]{3}"),
      kOwner("[a-z_][a-z0-9_-]{0,31}:[a-z_][a-z0-9_-]{0,31}");
  ServerFile file{.path = node.text("path"),
                  .name = name_of_file(node, "template", files),
                  .mode = node.text_or("mode", "0644"),
                  .owner = node.text_or("owner", ""),
                  .for_each = node.find("for_each")
                                  ? node.parsed<ForEach>("for_each", &parse_for_each)
                                  : ForEach::Server,
                  .images = node.texts("images"),
                  .tools = read_tools(node)};
  if (!file.path.empty() && !file.path.starts_with('/')) node.report("path", "must begin with /");
  if (!std::regex_match(file.mode, kMode)) node.report("mode", "is like \"0644\"");
  if (!file.owner.empty() && !std::regex_match(file.owner, kOwner))
    node.report("owner", "is like root:root");
  node.done();
  return file;
}

void check_attachments(const Node& node, const NetworkCatalog& network) {
  std::set<std::string> seen;
  std::set<std::uint16_t> tags;
  for (const CatalogAttachment& attachment : network.attachments) {
    if (!attachment.vrf.value.empty() && !seen.insert(attachment.vrf.value).second)
      node.report("attachments", "VRF " + attachment.vrf.value + " is there twice");
    if (attachment.tag && !tags.insert(attachment.tag->value).second)
      node.report("attachments", "tag " + std::to_string(attachment.tag->value) +
                                     " is there twice: a port has one VRF a tag");
  }
}

std::vector<SwitchTemplate> read_switch_templates(const Node& node, const TemplateFiles& files) {
  std::vector<SwitchTemplate> templates;
  std::set<std::string> seen;
  for (const Node& item : node.items("switch")) {
    SwitchTemplate read{.nos = item.text("nos"), .name = name_of_file(item, "template", files)};
    if (!read.nos.empty() && !seen.insert(read.nos).second)
      item.report("nos", "NOS " + read.nos + " is there twice");
    item.done();
    templates.push_back(std::move(read));
  }
  return templates;
}

std::string read_schema(const Node& node, const TemplateFiles& files) {
  if (!node.find("variables")) return R"({"type":"object","additionalProperties":false})";
  const auto file = files.find(name_of_file(node, "variables", files));
  if (file == files.end()) return "{}";
  const auto schema = nlohmann::json::parse(file->second, nullptr, false);
  if (schema.is_object()) return schema.dump();
  node.report("variables", file->first + " is not a JSON object");
  return "{}";
}

CatalogDefinition read_definition(const Node& node, const TemplateFiles& files) {
  CatalogDefinition read{.network = read_network_catalog(node),
                         .images = node.texts("images"),
                         .schema = read_schema(node, files)};
  check_attachments(node, read.network);
  if (read.images.empty()) node.report("images", "needs at least one OS image it fits");
  (void)node.texts("include");
  for (const Node& item : node.items("server"))
    read.server.push_back(read_server_file(item, files));
  read.switches = read_switch_templates(node, files);
  if (read.network.segment && !read.switches.empty())
    node.report("switch", "templates add to the policy of sessions; a segment has none");
  if (read.server.empty()) node.report("server", "a server needs files to find the fabric");
  node.done();
  return read;
}

}  // namespace

ParsedCatalog parse_catalog(const TemplateFiles& files) {
  ParsedCatalog parsed;
  const auto file = files.find(kCatalogFile);
  if (file == files.end()) {
    parsed.faults.push_back({kCatalogFile, 0, "is missing"});
    return parsed;
  }
  yaml::Problems problems;
  parsed.definition = read_definition(yaml::parse(kCatalogFile, file->second, problems), files);
  for (const yaml::Problem& problem : problems.list())
    parsed.faults.push_back({problem.file, problem.line, problem.message});
  return parsed;
}

bool is_for(const ServerFile& file, const std::vector<NetworkTool>& tools) {
  return file.tools.empty() || std::ranges::find_first_of(file.tools, tools) != file.tools.end();
}

bool fits(const std::vector<std::string>& patterns, std::string_view image) {
  return std::ranges::any_of(patterns, [&](const std::string& pattern) {
    return ::fnmatch(pattern.c_str(), std::string(image).c_str(), 0) == 0;
  });
}

}  // namespace switchyard::catalogs
