// Network catalogs as they were pushed: every version stays as it is.
#pragma once

#include "catalogs/network_catalog.h"
#include "catalogs/render/template_engine.h"
#include "core/db/pool.h"
#include "core/result.h"

#include <string>

namespace switchyard::provisioner {

struct CatalogVersion {
  std::string name{};
  int version{};         // from 1
  std::string sha256{};  // of its files
  catalogs::TemplateFiles files{};
  std::string author{};
  long long created{};
  std::string state{"checked"};  // checked, published, deprecated
  catalogs::NetworkCatalog network{};
};

// The same files have the same sum.
[[nodiscard]] std::string sum_of(const catalogs::TemplateFiles& files);

// The version that orders get; 0: the catalog is the inventory's, or there is none.
[[nodiscard]] int published_version(db::Session& session, const std::string& name);
// NotFound: there is no such version.
[[nodiscard]] Result<CatalogVersion> find_catalog_version(db::Session& session,
                                                          const std::string& name, int version);
void set_catalog_state(db::Session& session, const std::string& name, int version,
                       const std::string& state);
// The unit of work ends with Conflict when somebody else has just pushed this version.
void insert_catalog_version(db::Session& session, const CatalogVersion& catalog);

}  // namespace switchyard::provisioner
