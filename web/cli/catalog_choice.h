// Which catalog a command is about: a version of the service, or a folder on this machine.
#pragma once

#include "web/cli/session.h"

#include <map>
#include <string>

namespace switchyard::web::cli {

struct CatalogChoice {
  std::string name{};                          // of a version; empty: a folder
  int version{};                               // 0: the one the service takes by itself
  std::map<std::string, std::string> files{};  // of a folder
};

// "l3-private@3", "l3-private", or a path with a '/' in it (or '.') to a folder with catalog.yaml.
[[nodiscard]] Outcome<CatalogChoice> choose_catalog(const std::string& what);

// The files of a folder that can be pushed; every fault otherwise.
[[nodiscard]] Outcome<std::map<std::string, std::string>> read_folder(const std::string& folder);

// Into a folder that is new or empty. A name that is none of a catalog's files is refused: it may
// come from elsewhere.
[[nodiscard]] Outcome<void> write_folder(const std::string& folder,
                                         const std::map<std::string, std::string>& files);

// The files of a version as find_version() answers it.
[[nodiscard]] std::map<std::string, std::string> files_of(const nlohmann::json& version);

// A version as the service shows it, with its files; 0: the one it takes by itself.
[[nodiscard]] Outcome<nlohmann::json> find_version(Session& session, const std::string& name,
                                                   int version);

}  // namespace switchyard::web::cli
