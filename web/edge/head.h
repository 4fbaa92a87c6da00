// The strict reading of an HTTP/1.1 request head (RFC 9112). Everything that two readers could
// understand differently is refused: that is what request smuggling is made of.
#pragma once

#include "web/edge/http.h"
#include "web/edge/limits.h"

#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace switchyard::web::edge {

// Why a request is not served; the connection is closed after it.
struct Refusal {
  int status{};
  std::string code{};    // stable, snake_case
  std::string detail{};  // safe to show
  friend bool operator==(const Refusal&, const Refusal&) = default;
};
template <class T> using Checked = tl::expected<T, Refusal>;

struct Head {
  std::string method{};
  std::string target{};  // as sent
  Headers headers{};     // names in lower case, values trimmed
  std::optional<std::uint64_t> content_length{};
  bool chunked{false};
  bool keep_alive{true};
  bool expects_continue{false};
};

// `block` is everything up to and including the empty line. Pure, linear in its length.
[[nodiscard]] Checked<Head> parse_head(std::string_view block, const Limits& limits);

// Looks at the bytes of a head that has not ended yet, from `from` on: a line feed without its
// carriage return or a NUL will never become a request, so nobody waits for the rest of it.
[[nodiscard]] std::optional<Refusal> refuse_early(std::string_view bytes, std::size_t from);

}  // namespace switchyard::web::edge
