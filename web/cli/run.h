// The whole command line with everything it touches as a parameter; run_cli() hands in the process.
#pragma once

#include "web/cli/cli.h"
#include "web/cli/console.h"

#include <string>
#include <vector>

namespace switchyard::web::cli {

// `words` without the program's name. SWITCHYARD_URL and SWITCHYARD_TOKEN are read from the
// environment.
[[nodiscard]] int run(std::vector<std::string> words, Console& console, const ServeHooks& hooks);

}  // namespace switchyard::web::cli
