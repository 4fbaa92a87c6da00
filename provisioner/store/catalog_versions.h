// Network catalogs as they were pushed (versions.h), with what the controller made of them.
#pragma once

#include "catalogs/network_catalog.h"
#include "core/db/pool.h"
#include "core/result.h"
#include "provisioner/store/versions.h"

#include <string>

namespace switchyard::provisioner {

struct CatalogVersion : StoredVersion {
  catalogs::NetworkCatalog network{};
};

// NotFound: there is no such version.
[[nodiscard]] Result<CatalogVersion> find_catalog_version(db::Session& session,
                                                          const std::string& name, int version);

}  // namespace switchyard::provisioner
