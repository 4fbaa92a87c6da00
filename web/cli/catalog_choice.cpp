#include "web/cli/catalog_choice.h"

#include "catalogs/catalog_folder.h"
#include "web/cli/commands.h"

#include <charconv>

namespace switchyard::web::cli {

Outcome<std::map<std::string, std::string>> read_folder(const std::string& folder) {
  auto read = catalogs::read_catalog_folder(folder);
  if (!read)
    return wrong_usage(read.error().message,
                       "name the folder that has catalog.yaml (docs/catalogs.md)");
  if (read->faults.empty()) return std::move(read->files);
  Failure failure{.exit = Exit::Usage, .message = folder + " is no catalog"};
  for (const catalogs::Fault& fault : read->faults)
    failure.details.push_back(to_string(fault));
  return tl::unexpected(std::move(failure));
}

Outcome<CatalogChoice> choose_catalog(const std::string& what) {
  if (what == "." || what == ".." || what.find('/') != std::string::npos) {
    auto files = read_folder(what);
    if (!files) return tl::unexpected(files.error());
    return CatalogChoice{.files = std::move(*files)};
  }
  const std::size_t at = what.find('@');
  CatalogChoice choice{.name = what.substr(0, at)};
  if (at == std::string::npos) return choice;
  const std::string number = what.substr(at + 1);
  const auto [end, error] =
      std::from_chars(number.data(), number.data() + number.size(), choice.version);
  if (choice.name.empty() || error != std::errc{} || end != number.data() + number.size() ||
      choice.version < 1)
    return wrong_usage(
        "\"" + what + "\" names no version",
        "say NAME@VERSION as in l3-private@3, or the path of a folder: ./l3-private");
  return choice;
}

Outcome<nlohmann::json> find_version(Session& session, const std::string& name, int version) {
  auto found =
      session.client.get(with_query(resource({"network-catalogs", name}),
                                    {{"version", version == 0 ? "" : std::to_string(version)}}));
  if (!found) return tl::unexpected(found.error());
  return std::move(found->body);
}

}  // namespace switchyard::web::cli
