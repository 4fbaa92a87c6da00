#include "catalogs/render_server.h"

#include "catalogs/catalog_folder.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace switchyard::catalogs {
namespace {

using nlohmann::json;

// A file that is to be made, and what its templates see.
struct Wanted {
  const ServerFile* file{};
  std::string variables{};
};

void add_each(std::vector<Wanted>& wanted, const ServerFile& file, json seen, const char* name,
              const json& all) {
  for (const json& one : all) {
    seen[name] = one;
    wanted.push_back({&file, seen.dump()});
  }
}

std::vector<Wanted> wanted_files(const CatalogDefinition& definition, const ServerView& server,
                                 const std::string& variables) {
  json seen = json::parse(to_json_text(server));
  seen["vars"] = json::parse(variables);
  std::vector<Wanted> wanted;
  for (const ServerFile& file : definition.server) {
    if (!file.images.empty() && !fits(file.images, server.image)) continue;
    if (!is_for(file, server.tools)) continue;
    switch (file.for_each) {
      case ForEach::Server: wanted.push_back({&file, seen.dump()}); break;
      case ForEach::Vrf: add_each(wanted, file, seen, "vrf", seen.at("vrfs")); break;
      case ForEach::Link: add_each(wanted, file, seen, "link", seen.at("links")); break;
      case ForEach::Leg:
        for (const json& link : seen.at("links")) {
          json there = seen;
          there["link"] = link;
          add_each(wanted, file, std::move(there), "leg", link.at("legs"));
        }
        break;
      case ForEach::Vlan:
        if (seen.at("segment").is_object())
          add_each(wanted, file, seen, "vlan", seen.at("segment").at("tagged"));
        break;
    }
  }
  return wanted;
}

bool is_path(const std::string& path) {
  const bool plain = std::ranges::all_of(
      path, [](char c) { return static_cast<unsigned char>(c) > ' ' && c != 0x7f; });
  return plain && path.starts_with('/') && !path.ends_with('/') && path.size() < 256 &&
         (path + "/").find("/../") == std::string::npos;
}

}  // namespace

Result<RenderedServer> render_server(TemplateEngine& engine, const TemplateFiles& files,
                                     const CatalogDefinition& definition,
                                     const ServerView& server) {
  // A value that is missing is undefined to the template that uses it, which has file and line.
  const auto values = engine.check_values(definition.schema, server.variables);
  if (!values) return tl::unexpected(values.error());
  const std::vector<Wanted> wanted = wanted_files(definition, server, values->values);
  std::vector<RenderJob> jobs;  // path and content of each
  for (const Wanted& one : wanted) {
    jobs.push_back({.text = one.file->path, .variables = one.variables});
    jobs.push_back({.name = one.file->name, .variables = one.variables});
  }
  auto rendered = engine.render(files, jobs);
  if (!rendered) return tl::unexpected(rendered.error());
  RenderedServer made;
  std::set<std::string> paths;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const ServerFile& file = *wanted[i].file;
    Rendered& path = (*rendered)[2 * i];
    Rendered& content = (*rendered)[2 * i + 1];
    const auto fault = [&](const std::string& message) {
      made.faults.push_back({kCatalogFile, 0, "path " + file.path + ": " + message});
    };
    if (!path)
      fault(path.error().message);
    else if (!is_path(*path))
      fault("is not a path of a file: " + path->substr(0, 80));
    else if (!paths.insert(*path).second)
      fault(*path + " is made twice");
    if (!content) made.faults.push_back(content.error());
    if (path && content)
      made.files.push_back(
          {std::move(*path), file.mode, file.owner, std::move(*content), file.name});
  }
  return made;
}

}  // namespace switchyard::catalogs
