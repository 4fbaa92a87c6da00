// The target of a request and its Range field. Pure.
#pragma once

#include "core/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace switchyard::pxe::http {

struct Target {
  std::string path{};   // percent-decoded, begins with '/'
  std::string query{};  // without '?', still encoded
  friend bool operator==(const Target&, const Target&) = default;
};

// Origin form or absolute form (RFC 9112 3.2); a fragment is dropped. Invalid: other forms, a bad
// escape, a control character, or a "." or ".." segment however it is written.
[[nodiscard]] Result<Target> parse_target(std::string_view text);

struct ByteRange {
  enum class Kind { Whole, Part, Unsatisfiable };
  Kind kind{Kind::Whole};
  std::uint64_t offset{};
  std::uint64_t length{};  // of a Part, at least 1
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

// A Range value against a size in bytes. Several ranges, other units and bad syntax mean the whole
// file, as RFC 9110 14.2 allows: we never send multipart/byteranges.
[[nodiscard]] ByteRange parse_range(std::string_view value, std::uint64_t size);

// IMF-fixdate (RFC 9110 5.6.7) of seconds since 1970 UTC, and back; nothing for any other form.
[[nodiscard]] std::string http_date(std::int64_t seconds);
[[nodiscard]] std::optional<std::int64_t> parse_http_date(std::string_view text);

}  // namespace switchyard::pxe::http
