// What a new version of a catalog would make of the servers that use the catalog now.
#pragma once

#include "catalogs/catalog_definition.h"
#include "catalogs/render/template_engine.h"
#include "core/db/pool.h"
#include "core/result.h"

#include <vector>

namespace switchyard::provisioner {

// Renders its files for one active server of each kind (OS image, number of NICs, address families
// of each VRF), at most 20 of them. A fault names the server. `files` are a catalog without faults,
// and `definition` is theirs. Errors: of the engine and of the database.
[[nodiscard]] Result<std::vector<catalogs::Fault>> check_real_servers(
    db::Pool& pool, catalogs::TemplateEngine& engine, const catalogs::TemplateFiles& files,
    const catalogs::CatalogDefinition& definition);

}  // namespace switchyard::provisioner
