// SSH public keys from files of the user's.
#pragma once

#include "web/cli/failure.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace switchyard::web::cli {

// A list of the keys of all files, one a line, without comments. A private key is refused.
[[nodiscard]] Outcome<nlohmann::json> ssh_keys_of(const std::vector<std::string>& files);

}  // namespace switchyard::web::cli
