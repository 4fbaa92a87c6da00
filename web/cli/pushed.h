// What is pushed to the service as a folder of files: network catalogs and OS images. Which one a
// command is about: a version of the service, or a folder on this machine.
#pragma once

#include "web/cli/session.h"

#include <map>
#include <string>

namespace switchyard::web::cli {

struct PushedKind {
  const char* noun;      // "catalog": the group of its commands, too
  const char* a_noun;    // "a catalog"
  const char* resource;  // "network-catalogs"
  const char* file;      // its definition in the folder
  const char* page;      // of the documentation
  const char* sample;    // a name for examples
  const char* shipped;   // the folder of a shipped one
  const char* keeps;     // what a server has that was ordered with another version
};

inline constexpr PushedKind kCatalogs{
    .noun = "catalog",
    .a_noun = "a catalog",
    .resource = "network-catalogs",
    .file = "catalog.yaml",
    .page = "docs/catalogs.md",
    .sample = "l3-private",
    .shipped = "catalogs/shipped/l3-private",
    .keeps = "active servers keep theirs (switchyard catalog rollout)"};
inline constexpr PushedKind kImages{.noun = "image",
                                    .a_noun = "an image",
                                    .resource = "images",
                                    .file = "image.yaml",
                                    .page = "docs/os-images.md",
                                    .sample = "debian-12",
                                    .shipped = "/srv/boot/images/debian-12",
                                    .keeps = "installed servers keep theirs"};

struct VersionChoice {
  std::string name{};                          // of a version; empty: a folder
  int version{};                               // 0: the one the service takes by itself
  std::map<std::string, std::string> files{};  // of a folder
};

// "l3-private@3", "l3-private", or a path with a '/' in it (or '.') to a folder.
[[nodiscard]] Outcome<VersionChoice> choose_version(const PushedKind& kind,
                                                    const std::string& what);

// The files of a folder that can be pushed; every fault otherwise.
[[nodiscard]] Outcome<std::map<std::string, std::string>> read_folder(const PushedKind& kind,
                                                                      const std::string& folder);

// Into a folder that is new or empty. A name that no such folder has is refused: it may come from
// elsewhere.
[[nodiscard]] Outcome<void> write_folder(const std::string& folder,
                                         const std::map<std::string, std::string>& files);

// The files of a version as find_version() answers it.
[[nodiscard]] std::map<std::string, std::string> files_of(const nlohmann::json& version);

// A version as the service shows it, with its files; 0: the one it takes by itself.
[[nodiscard]] Outcome<nlohmann::json> find_version(Session& session, const PushedKind& kind,
                                                   const std::string& name, int version);

}  // namespace switchyard::web::cli
