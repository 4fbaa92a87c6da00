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
  const char* in_full;   // "network catalog"
  const char* table;     // of its versions
  const char* of_names;  // table with a row for each name; `pushed` is the published version
};

inline constexpr VersionedKind kNetworkCatalogs{"catalog", "network catalog", "catalog_versions",
                                                "network_catalogs"};
inline constexpr VersionedKind kOsImages{"image", "image", "image_versions", "os_images"};

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

struct KeptVersion {
  int version{};
  bool is_new{};
};

// The same files have the same sum.
[[nodiscard]] std::string sum_of(const catalogs::TemplateFiles& files);

// The version that orders get; 0: it is the inventory's, or there is none of that name.
[[nodiscard]] int published_version(db::Session& session, const VersionedKind& kind,
                                    const std::string& name);
// Which version of `name` is meant by `version`. 0, to show: the published one, or else the newest;
// to publish: the newest. NotFound: there is none; Conflict: it is deprecated and to be published.
[[nodiscard]] Result<int> version_to_show(db::Session& session, const VersionedKind& kind,
                                          const std::string& name, int version);
[[nodiscard]] Result<int> version_to_publish(db::Session& session, const VersionedKind& kind,
                                             const std::string& name, int version);
// NotFound: there is no such version.
[[nodiscard]] Result<StoredVersion> find_stored_version(db::Session& session,
                                                        const VersionedKind& kind,
                                                        const std::string& name, int version);
// With its files, and all versions there are.
[[nodiscard]] VersionView version_view(db::Session& session, const VersionedKind& kind,
                                       StoredVersion version);
void set_version_state(db::Session& session, const VersionedKind& kind, const std::string& name,
                       int version, const std::string& state);
// As the next version, or as the newest one where that has the same files. The unit of work ends
// with Conflict when somebody else has just pushed this version.
[[nodiscard]] KeptVersion keep_version(db::Session& session, const VersionedKind& kind,
                                       const StoredVersion& pushed);

}  // namespace switchyard::provisioner
