// The command line of the one binary: every subcommand but the hooks is a client of the REST API.
//
// Exit status: 0 done, 1 wrong usage, 2 the service refused (4xx), 3 not reachable or 5xx, 4 the
// watched operation failed.
#pragma once

#include <functional>
#include <string>

namespace switchyard::web::cli {

// What main.cpp brings along; an absent hook leaves its subcommand out.
struct ServeHooks {
  // `switchyard serve --config FILE`; the answer is the exit status.
  std::function<int(const std::string& config_file)> serve{};
  // `switchyard config reference`; the answer is printed.
  std::function<std::string()> config_reference{};
  // `switchyard replay FILE`; prints what differs, the answer is the exit status.
  std::function<int(const std::string& recording)> replay{};
};

// Parses, runs one subcommand and answers the exit status. Throws nothing. Writes to stdout and
// stderr; reads stdin only to ask before a release. Call once, from the main thread.
[[nodiscard]] int run_cli(int argc, char** argv, const ServeHooks& hooks = {});

}  // namespace switchyard::web::cli
