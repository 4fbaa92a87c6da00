#include "web/cli/pushed.h"

#include "catalogs/catalog_folder.h"
#include "web/cli/commands.h"
#include "web/cli/text.h"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace switchyard::web::cli {

namespace fs = std::filesystem;

Outcome<std::map<std::string, std::string>> read_folder(const PushedKind& kind,
                                                        const std::string& folder) {
  auto read = catalogs::read_catalog_folder(folder, kind.file);
  if (!read)
    return wrong_usage(read.error().message, std::string("name the folder that has ") + kind.file +
                                                 " (" + kind.page + ")");
  if (read->faults.empty()) return std::move(read->files);
  Failure failure{.exit = Exit::Usage, .message = folder + " is no " + kind.noun};
  for (const catalogs::Fault& fault : read->faults)
    failure.details.push_back(to_string(fault));
  return tl::unexpected(std::move(failure));
}

Outcome<void> write_folder(const std::string& folder,
                           const std::map<std::string, std::string>& files) {
  std::error_code failed;
  if (fs::exists(folder, failed) && !fs::is_empty(folder, failed))
    return wrong_usage(folder + " is there already", "name a folder that is new or empty");
  for (const auto& [name, text] : files) {
    if (!catalogs::is_catalog_file_name(name))
      return wrong_usage("the service names a file that cannot be one: " + printable(name));
    const fs::path path = fs::path(folder) / name;
    fs::create_directories(path.parent_path(), failed);
    std::ofstream stream(path, std::ios::binary);
    stream << text;
    stream.close();
    if (failed || !stream) return wrong_usage("cannot write " + path.string());
  }
  return {};
}

std::map<std::string, std::string> files_of(const nlohmann::json& version) {
  std::map<std::string, std::string> files;
  const auto list = version.find("files");
  if (list == version.end() || !list->is_object()) return files;
  for (const auto& [name, text] : list->items())
    if (text.is_string()) files[name] = text.get<std::string>();
  return files;
}

Outcome<VersionChoice> choose_version(const PushedKind& kind, const std::string& what) {
  if (what == "." || what == ".." || what.find('/') != std::string::npos) {
    auto files = read_folder(kind, what);
    if (!files) return tl::unexpected(files.error());
    return VersionChoice{.files = std::move(*files)};
  }
  const std::size_t at = what.find('@');
  VersionChoice choice{.name = what.substr(0, at)};
  if (at == std::string::npos) return choice;
  const std::string number = what.substr(at + 1);
  const auto [end, error] =
      std::from_chars(number.data(), number.data() + number.size(), choice.version);
  if (choice.name.empty() || error != std::errc{} || end != number.data() + number.size() ||
      choice.version < 1)
    return wrong_usage("\"" + what + "\" names no version",
                       std::string("say NAME@VERSION as in ") + kind.sample +
                           "@3, or the path of a folder: ./" + kind.sample);
  return choice;
}

Outcome<nlohmann::json> find_version(Session& session, const PushedKind& kind,
                                     const std::string& name, int version) {
  auto found = session.client.get(with_query(
      resource({kind.resource, name}), {{"version", version == 0 ? "" : std::to_string(version)}}));
  if (!found) return tl::unexpected(found.error());
  return std::move(found->body);
}

}  // namespace switchyard::web::cli
