// Why a command ends without having done what it was asked for, and the exit status that says so.
#pragma once

#include "web/cli/console.h"

#include <nlohmann/json_fwd.hpp>
#include <tl/expected.hpp>

#include <string>
#include <vector>

namespace switchyard::web::cli {

enum class Exit { Done = 0, Usage = 1, Refused = 2, Unreachable = 3, OperationFailed = 4 };

struct Failure {
  Exit exit{Exit::Usage};
  std::string message{};               // one clause that names the object
  std::vector<std::string> details{};  // one a line
  std::string way_out{};               // what to do about it, may be empty
  int status{};                        // of HTTP, 0 without an answer
  std::string code{};                  // of the problem, may be empty
};

template <class T> using Outcome = tl::expected<T, Failure>;

[[nodiscard]] tl::unexpected<Failure> wrong_usage(std::string message, std::string way_out = "");

// A refusal of the service (RFC 9457). `body` may be anything: what is no problem document is
// described by its status alone.
[[nodiscard]] Failure read_problem(int status, const std::string& path, const std::string& body);

// "error: …", the details indented below it, "try: …". What came from the service cannot steer the
// terminal.
void print(const Failure& failure, Console& console);

}  // namespace switchyard::web::cli
