// What a handler answers: a Reply, or a Problem (RFC 9457). The only place that turns the error
// codes of core/result.h into HTTP is problem_of().
#pragma once

#include "core/clock.h"
#include "core/result.h"

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::web::api {

using nlohmann::json;

struct FieldError {
  std::string pointer{};  // RFC 6901 into the request body, or "?name" for a query parameter
  std::string code{};     // stable: "unknown_field", "missing", "wrong_type", "invalid"
  std::string detail{};
  friend bool operator==(const FieldError&, const FieldError&) = default;
};

struct Problem {
  int status{};
  std::string code{};    // stable, snake_case; clients branch on it
  std::string detail{};  // safe to show
  std::vector<FieldError> errors{};
  std::optional<std::string> etag{};  // of a 412: what the object is now
  std::optional<std::chrono::seconds> retry_after{};
  std::string allow{};  // of a 405
  friend bool operator==(const Problem&, const Problem&) = default;
};

// Asks the edge to send the event log instead of a body.
struct EventsFrom {
  std::uint64_t after{};
  std::string project{};  // empty: everything
};

struct Reply {
  int status{200};
  json body{};                        // null: no body
  std::optional<std::string> etag{};  // opaque part only, without quotes
  std::optional<std::string> location{};
  std::optional<std::chrono::seconds> retry_after{};
  std::optional<std::string> next_link{};  // target of Link: rel="next"
  std::optional<json> stored_body{};       // what a replay shows, if `body` holds a secret
  std::optional<EventsFrom> events{};
  bool unfinished{false};  // for ?wait=: not there yet
  bool replayed{false};    // the stored answer of an earlier request
};

template <class T> using Checked = tl::expected<T, Problem>;
using Answer = Checked<Reply>;

[[nodiscard]] int status_of(Errc code);
[[nodiscard]] Problem problem_of(const Error& error);

// Of a document whose error has one finding a line, "file:line: what": each becomes a FieldError
// and the detail counts them: "the inventory has 2 errors; nothing was stored". Other errors than
// Invalid as problem_of() has them.
struct Findings {
  const char* code{};   // "invalid_inventory"
  const char* what{};   // "the inventory"
  const char* named{};  // "error"
};

[[nodiscard]] Problem problem_of(const Error& error, const Findings& findings);
[[nodiscard]] tl::unexpected<Problem> refuse(int status, std::string code, std::string detail);
[[nodiscard]] tl::unexpected<Problem> refuse(const Error& error);

// A Result of a facade as a Checked.
template <class T> [[nodiscard]] Checked<T> checked(Result<T> result) {
  if (!result) return refuse(result.error());
  if constexpr (std::is_void_v<T>)
    return {};
  else
    return std::move(*result);
}

[[nodiscard]] json to_json(const Problem& problem, std::string_view request_id);
// RFC 3339 in UTC with microseconds; null for the zero time.
[[nodiscard]] json time_json(Timestamp at);
// The inverse; also accepts an offset of Z only.
[[nodiscard]] Result<Timestamp> parse_time(std::string_view text);

}  // namespace switchyard::web::api
