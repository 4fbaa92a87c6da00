// The catalog's own variables that an order gives.
#pragma once

#include "catalogs/render/template_engine.h"
#include "core/db/pool.h"
#include "core/result.h"
#include "provisioner/service.h"

namespace switchyard::provisioner {

// Against the JSON Schema of the version that orders get now. Invalid: names each value that does
// not fit, or that is missing. An order for a catalog there is not is left to check_order().
[[nodiscard]] Status check_variables(db::Pool& pool, catalogs::TemplateEngine& engine,
                                     const DeployRequest& request);

}  // namespace switchyard::provisioner
