// Everything that can be said about an OS image without a site: its definition, and what its
// templates make of sample orders.
#pragma once

#include "catalogs/catalog_folder.h"
#include "catalogs/os/answers.h"
#include "catalogs/render/template_engine.h"
#include "core/result.h"

#include <string>
#include <vector>

namespace switchyard::catalogs::os {

struct ImageCheck {
  std::vector<Fault> faults{};       // each is in the way of pushing it
  std::vector<std::string> notes{};  // what nobody looked at here
  int files{};                       // answers that were rendered
  ImageDefinition definition{};
};

// Definition, templates; then rendered, and read by the real programs that are installed
// (syntax_tools.h). `boot_folder`: its files are looked at there, byte by byte; empty: they are
// not. Errors: of the engine.
[[nodiscard]] Result<ImageCheck> check_image(TemplateEngine& engine, const CatalogFolder& folder,
                                             const std::string& boot_folder);

}  // namespace switchyard::catalogs::os
