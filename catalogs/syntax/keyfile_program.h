// keyfile.py, as the build embeds it.
#pragma once

#include <string_view>

namespace switchyard::catalogs {

[[nodiscard]] std::string_view keyfile_program();

}  // namespace switchyard::catalogs
