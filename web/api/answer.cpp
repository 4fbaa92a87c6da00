#include "web/api/answer.h"

#include "core/time_text.h"
#include "web/edge/http.h"

#include <algorithm>
#include <ctime>

namespace switchyard::web::api {

int status_of(Errc code) {
  switch (code) {
    case Errc::Invalid: return 400;
    case Errc::NotFound: return 404;
    case Errc::Conflict: return 409;
    case Errc::Rejected: return 422;
    case Errc::Unavailable: return 503;
    case Errc::TimedOut: return 504;
  }
  return 500;
}

Problem problem_of(const Error& error) {
  Problem problem{
      .status = status_of(error.code), .code = to_string(error.code), .detail = error.message};
  if (is_transient(error.code)) problem.retry_after = std::chrono::seconds(2);
  return problem;
}

Problem problem_of(const Error& error, const Findings& findings) {
  Problem problem = problem_of(error);
  if (error.code != Errc::Invalid) return problem;
  problem.code = findings.code;
  std::size_t at = 0;
  while (at < error.message.size()) {
    const auto end = std::min(error.message.find('\n', at), error.message.size());
    problem.errors.push_back({"", "invalid", error.message.substr(at, end - at)});
    at = end + 1;
  }
  problem.detail = std::string(findings.what) + " has " + std::to_string(problem.errors.size()) +
                   " " + findings.named + (problem.errors.size() == 1 ? "" : "s") +
                   "; nothing was stored";
  return problem;
}

tl::unexpected<Problem> refuse(int status, std::string code, std::string detail) {
  return tl::unexpected<Problem>(
      Problem{.status = status, .code = std::move(code), .detail = std::move(detail)});
}

tl::unexpected<Problem> refuse(const Error& error) {
  return tl::unexpected<Problem>(problem_of(error));
}

json to_json(const Problem& problem, std::string_view request_id) {
  json errors = json::array();
  for (const FieldError& error : problem.errors)
    errors.push_back({{"pointer", error.pointer}, {"code", error.code}, {"detail", error.detail}});
  return {{"type", "about:blank"},      {"title", std::string(edge::reason_phrase(problem.status))},
          {"status", problem.status},   {"code", problem.code},
          {"detail", problem.detail},   {"request_id", std::string(request_id)},
          {"errors", std::move(errors)}};
}

json time_json(Timestamp at) { return to_micros(at) == 0 ? json() : json(rfc3339(at)); }

Result<Timestamp> parse_time(std::string_view text) {
  const std::string copy(text);
  std::tm parts{};
  const char* rest = ::strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (rest == nullptr) return failure(Errc::Invalid, "not an RFC 3339 time in UTC: " + copy);
  long long micros = 0;
  if (*rest == '.') {
    long long unit = 100'000;
    for (++rest; *rest >= '0' && *rest <= '9'; ++rest, unit /= 10)
      micros += (*rest - '0') * unit;
  }
  if (std::string_view(rest) != "Z")
    return failure(Errc::Invalid, "not an RFC 3339 time in UTC: " + copy);
  return from_micros(static_cast<long long>(::timegm(&parts)) * 1'000'000 + micros);
}

}  // namespace switchyard::web::api
