// Request targets (RFC 9112 3.2, RFC 3986): one spelling of each path, whatever the client wrote.
#pragma once

#include "web/edge/head.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace switchyard::web::edge {

struct Target {
  std::string path{};   // as Request::path
  std::string query{};  // as Request::query
};

// Origin form, or absolute form whose authority is dropped. Percent-codes of unreserved characters
// are decoded, the others written in upper case; "//" becomes "/"; dot segments are refused, also
// encoded ones, so no later reader can resolve them.
[[nodiscard]] Checked<Target> normalise_target(std::string_view target);

// Nothing for a broken escape or a NUL. '+' stays a plus.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

using Query = std::vector<std::pair<std::string, std::string>>;
// Decoded pairs in order ('+' is a space here). Nothing for a broken escape.
[[nodiscard]] std::optional<Query> parse_query(std::string_view text);

}  // namespace switchyard::web::edge
