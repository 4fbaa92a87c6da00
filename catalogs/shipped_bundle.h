// The files below shipped/ and os/shipped/, as the build put them together
// (cmake/bundle_files.cmake).
#pragma once

#include <string_view>

namespace switchyard::catalogs {

[[nodiscard]] std::string_view shipped_bundle();
[[nodiscard]] std::string_view shipped_images_bundle();

}  // namespace switchyard::catalogs
