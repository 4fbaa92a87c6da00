// Everything that can be said about a network catalog without a site: its own files, and what it
// renders for sample servers.
#pragma once

#include "catalogs/catalog_folder.h"
#include "catalogs/render/template_engine.h"
#include "catalogs/render_switch.h"
#include "core/result.h"

#include <string>
#include <vector>

namespace switchyard::catalogs {

struct CatalogCheck {
  std::string name{};
  std::vector<Fault> faults{};       // each is in the way of publishing it
  std::vector<std::string> notes{};  // what nobody looked at here
  int files{};                       // that were rendered
  int servers{};                     // samples they were rendered for
  CatalogDefinition definition{};    // its network with what it adds to switches
};

// Definition, schema, templates; then rendered for each OS image it fits, each network tool, if it
// knows tools, and each mix of address families its VRFs allow, and read by the real programs that
// are installed; for switches, judged by the NOS's own parser.
// Errors: of the engine.
[[nodiscard]] Result<CatalogCheck> check_catalog(TemplateEngine& engine, const JudgePolicy& judge,
                                                 const CatalogFolder& folder);

}  // namespace switchyard::catalogs
