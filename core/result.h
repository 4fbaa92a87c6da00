// How every fallible function of this service answers.
#pragma once

#include <tl/expected.hpp>

#include <string>

namespace switchyard {

// Six codes, because callers can do six different things: 400, 404, 409, "the device said no",
// "try again", "too slow".
enum class Errc { Invalid, NotFound, Conflict, Rejected, Unavailable, TimedOut };

struct Error {
  Errc code{};
  std::string message{};  // one clause naming the object, no full stop, never a credential

  // Seen from one level up: "isolate ports of s-42: switch tor-1: connection refused".
  [[nodiscard]] Error in(const std::string& where) const { return {code, where + ": " + message}; }

  friend bool operator==(const Error&, const Error&) = default;
};

template <class T> using Result = tl::expected<T, Error>;
using Status = Result<void>;

[[nodiscard]] tl::unexpected<Error> failure(Errc code, std::string message);

// The stable lower-case name of a code, for logs and the database: "invalid", "not_found", …
[[nodiscard]] const char* to_string(Errc code);

// Worth another try without a person looking first.
[[nodiscard]] constexpr bool is_transient(Errc code) {
  return code == Errc::Unavailable || code == Errc::TimedOut;
}

}  // namespace switchyard
