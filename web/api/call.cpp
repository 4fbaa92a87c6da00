#include "web/api/call.h"

#include <charconv>
#include <set>

namespace switchyard::web::api {

const std::string& Call::parameter(std::string_view name) const {
  static const std::string kNone;
  const auto found = parameters.find(name);
  return found == parameters.end() ? kNone : found->second;
}

std::string Call::query_or(std::string_view name, std::string_view fallback) const {
  const auto found = query.find(name);
  return found == query.end() ? std::string(fallback) : found->second;
}

namespace {

// Watches the parser of nlohmann::json, which by itself keeps the last of two equal keys.
class StrictWatch {
 public:
  bool operator()(int depth, json::parse_event_t event, const json& value) {
    if (depth > 32) problem_ = "the body is nested deeper than 32 levels";
    if (event == json::parse_event_t::object_start) keys_.emplace_back();
    if (event == json::parse_event_t::object_end && !keys_.empty()) keys_.pop_back();
    if (event == json::parse_event_t::key && !keys_.back().insert(value.get<std::string>()).second)
      problem_ = "the key '" + value.get<std::string>() + "' is there twice";
    return true;
  }

  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  std::vector<std::set<std::string>> keys_{};
  std::string problem_{};
};

bool is_json_type(const Call& call) {
  const std::string* type = edge::find_header(call.headers, "content-type");
  if (type == nullptr) return false;
  const std::string_view media = std::string_view(*type).substr(0, type->find(';'));
  return edge::equal_without_case(media, "application/json") ||
         (call.method == "PATCH" &&
          edge::equal_without_case(media, "application/merge-patch+json"));
}

}  // namespace

Checked<json> json_body(const Call& call) {
  if (!is_json_type(call))
    return refuse(415, "unsupported_media_type", "the body must be sent as application/json");
  StrictWatch watch;
  json value;
  try {
    value = json::parse(call.body, std::ref(watch));
  } catch (const json::exception&) {
    // The library's text quotes the input and names itself; the place is found by a JSON checker.
    return refuse(400, "malformed_json", "the body is not a JSON text");
  }
  if (!watch.problem().empty()) return refuse(400, "malformed_json", watch.problem());
  return value;
}

std::string etag_of(long long version) { return "v" + std::to_string(version); }

Checked<void> require_version(const Call& call, long long version) {
  const std::string* tags = edge::find_header(call.headers, "if-match");
  if (tags == nullptr)
    return refuse(428, "if_match_required",
                  "send If-Match with the ETag of the object as you saw it");
  if (*tags == "*") return {};
  // Lists of tags are allowed; weak ones never match (RFC 9110 13.1.1).
  const std::string current = "\"" + etag_of(version) + "\"";
  const auto at = tags->find(current);
  const bool is_weak = at != std::string::npos && at >= 2 && tags->compare(at - 2, 2, "W/") == 0;
  if (at != std::string::npos && !is_weak) return {};
  Problem changed{.status = 412,
                  .code = "etag_mismatch",
                  .detail = "the object was changed since you read it: read it again",
                  .etag = etag_of(version)};
  return tl::unexpected(std::move(changed));
}

Checked<long long> integer_query(const Call& call, std::string_view name, long long low,
                                 long long high, long long fallback) {
  const auto found = call.query.find(name);
  if (found == call.query.end()) return fallback;
  const std::string& text = found->second;
  long long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && end == text.data() + text.size() && value >= low && value <= high)
    return value;
  Problem bad{.status = 400,
              .code = "invalid_parameter",
              .detail = std::string(name) + " must be a number from " + std::to_string(low) +
                        " to " + std::to_string(high)};
  bad.errors.push_back({"?" + std::string(name), "invalid", bad.detail});
  return tl::unexpected(std::move(bad));
}

}  // namespace switchyard::web::api
