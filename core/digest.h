// SHA-256 (FIPS 180-4).
#pragma once

#include "core/result.h"

#include <string>
#include <string_view>

namespace switchyard {

// 64 lower-case hex digits.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

// Of a file as it is now; of any size, some 3 s a GiB. NotFound: it cannot be read.
[[nodiscard]] Result<std::string> sha256_of_file(const std::string& path);

}  // namespace switchyard
