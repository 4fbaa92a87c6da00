// One authorised request, as a handler sees it.
#pragma once

#include "web/api/answer.h"
#include "web/edge/http.h"
#include "web/edge/target.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace switchyard::web::api {

enum class Role { Viewer, Developer, NetworkEngineer, Admin };

struct Principal {
  std::string id{};    // of the token; empty: nobody
  std::string name{};  // for records
  Role role{Role::Viewer};
  std::string project{};              // empty: all projects
  std::vector<std::string> scopes{};  // empty: all the role may do
};

struct Call {
  std::string method{};
  std::string path{};
  std::string pattern{};                                         // of the route
  std::map<std::string, std::string, std::less<>> parameters{};  // of the path, decoded
  std::map<std::string, std::string, std::less<>> query{};       // decoded, known names only
  edge::Headers headers{};  // the client's, names in lower case
  std::string body{};
  std::string request_id{};
  Principal principal{};
  bool dry_run{false};

  [[nodiscard]] const std::string& parameter(std::string_view name) const;
  [[nodiscard]] std::string query_or(std::string_view name, std::string_view fallback) const;
};

// The body as one JSON value. 415 for another media type, 400 for bad syntax, a key met twice, a
// depth over 32.
[[nodiscard]] Checked<json> json_body(const Call& call);

// What If-Match must be before an object may be changed: 428 without it, 412 (with the current tag)
// when the object has moved on. `version` is the object's row version.
[[nodiscard]] Checked<void> require_version(const Call& call, long long version);
[[nodiscard]] std::string etag_of(long long version);

// An integer query parameter within bounds.
[[nodiscard]] Checked<long long> integer_query(const Call& call, std::string_view name,
                                               long long low, long long high, long long fallback);

}  // namespace switchyard::web::api
