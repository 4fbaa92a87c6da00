// What is pushed as a folder of files and kept in numbered versions: network catalogs and OS
// images. A version never changes; one of them may be published, which is what orders get.
#pragma once

#include "catalogs/render/template_engine.h"
#include "core/db/pool.h"
#include "core/result.h"
#include "provisioner/views.h"

#include <string>
#include <vector>

namespace switchyard::provisioner {

struct VersionedKind {
  const char* noun;      // "catalog"
  const char* table;     // of its versions
  const char* of_names;  // table with a row for each name; `pushed` is the published version
};

inline constexpr VersionedKind kNetworkCatalogs{"catalog", "catalog_versions", "network_catalogs"};
inline constexpr VersionedKind kOsImages{"image", "image_versions", "os_images"};

struct StoredVersion {
  std::string name{};
  int version{};         // from 1
  std::string sha256{};  // of its files
  catalogs::TemplateFiles files{};
  std::string author{};
  long long created{};
  std::string state{"checked"};  // checked, published, deprecated
  std::string body{};            // what the controller made of the files; empty: nothing
};

struct NewestVersion {
  int version{};  // 0: there is none
  std::string sha256{};
};

// The same files have the same sum.
[[nodiscard]] std::string sum_of(const catalogs::TemplateFiles& files);

// The version that orders get; 0: it is the inventory's, or there is none of that name.
[[nodiscard]] int published_version(db::Session& session, const VersionedKind& kind,
                                    const std::string& name);
[[nodiscard]] NewestVersion newest_version(db::Session& session, const VersionedKind& kind,
                                           const std::string& name);
// NotFound: there is no such version.
[[nodiscard]] Result<StoredVersion> find_stored_version(db::Session& session,
                                                        const VersionedKind& kind,
                                                        const std::string& name, int version);
// With its files, and all versions there are.
[[nodiscard]] VersionView version_view(db::Session& session, const VersionedKind& kind,
                                       StoredVersion version);
void set_version_state(db::Session& session, const VersionedKind& kind, const std::string& name,
                       int version, const std::string& state);
// The unit of work ends with Conflict when somebody else has just pushed this version.
void insert_version(db::Session& session, const VersionedKind& kind, const StoredVersion& version);

}  // namespace switchyard::provisioner
