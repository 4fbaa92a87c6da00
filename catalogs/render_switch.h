// What a network catalog adds to the policy of switches: rendered once for each of its VRFs and
// each NOS, not for each server, so that ports go on sharing it (decision 0011).
#pragma once

#include "catalogs/catalog_definition.h"
#include "catalogs/network_catalog.h"
#include "catalogs/render/template_engine.h"
#include "core/result.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::catalogs {

struct JudgedText {
  SwitchPolicy policy{};
  std::vector<Fault> faults{};  // lines of the text; the file is left empty
};

// What a NOS's own parser says of a rendered text. Errors: Invalid, there is no such NOS.
using JudgePolicy = std::function<Result<JudgedText>(std::string_view nos, std::string_view text)>;

struct RenderedPolicies {
  NetworkCatalog network{};     // the definition's, with its policies
  std::vector<Fault> faults{};  // empty: the policies are all there
};

// A fault in what was rendered stands at the template's line that says the same, or at the template
// as a whole. Errors: of the engine.
[[nodiscard]] Result<RenderedPolicies> render_policies(TemplateEngine& engine,
                                                       const JudgePolicy& judge,
                                                       const TemplateFiles& files,
                                                       const CatalogDefinition& definition);

// docs/catalogs.md: the names such a template sees.
[[nodiscard]] std::string switch_variables_reference();

}  // namespace switchyard::catalogs
