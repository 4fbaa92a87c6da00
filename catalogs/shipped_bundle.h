// The files below shipped/, as the build put them together (cmake/bundle_files.cmake).
#pragma once

#include <string_view>

namespace switchyard::catalogs {

[[nodiscard]] std::string_view shipped_bundle();

}  // namespace switchyard::catalogs
