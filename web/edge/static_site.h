// The files of one directory tree as answers: the portal, or boot files. Regular files below the
// root only; symbolic links and dot files are as good as absent.
#pragma once

#include "web/edge/http.h"

#include <string>

namespace switchyard::web::edge {

struct StaticSite {
  std::string root{};            // directory; empty: every path is 404
  std::string fallback{};        // file for paths without an extension ("index.html"), or empty
  std::string content_policy{};  // Content-Security-Policy of HTML pages, or empty
};

// GET and HEAD with ETag, If-None-Match, one Range (RFC 9110 14) and If-Range. Names that carry a
// content hash ("app-3f9c2b71.js") may be cached for ever, the rest is revalidated. Blocking, but
// only on opening: file bytes are read by the connection.
[[nodiscard]] Response serve_file(const StaticSite& site, const Request& request);

// The media type of a file name by its extension.
[[nodiscard]] std::string_view media_type(std::string_view path);

struct ByteRange {
  enum class Kind { Whole, Part, Unsatisfiable };
  Kind kind{Kind::Whole};
  std::uint64_t offset{};
  std::uint64_t length{};
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

// A Range value against a size. Several ranges, other units and bad syntax mean the whole file, as
// RFC 9110 14.2 allows.
[[nodiscard]] ByteRange parse_range(std::string_view value, std::uint64_t size);

// True for "name-HASH.ext" with at least eight characters of [A-Za-z0-9_] with a digit in HASH.
[[nodiscard]] bool has_hashed_name(std::string_view path);

}  // namespace switchyard::web::edge
