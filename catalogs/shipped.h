// The catalogs that come with the program, to begin one's own with.
#pragma once

#include "catalogs/render/template_engine.h"

#include <string>
#include <vector>

namespace switchyard::catalogs {

[[nodiscard]] std::vector<std::string> shipped_names();

// A shipped catalog as one folder that needs no other, under another name. Empty: there is no such
// one.
[[nodiscard]] TemplateFiles shipped_as(const std::string& shipped, const std::string& name);

}  // namespace switchyard::catalogs
