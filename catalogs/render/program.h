// catalogs/render/render.py, compiled in: program and helper are of one version.
#pragma once

#include <string_view>

namespace switchyard::catalogs {

[[nodiscard]] std::string_view render_program();

}  // namespace switchyard::catalogs
