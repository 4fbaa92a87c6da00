#include "provisioner/bmc/redfish_client.h"

#include "core/crash_point.h"
#include "core/log.h"
#include "provisioner/bmc/pause.h"
#include "provisioner/bmc/redfish_answer.h"

#include <nlohmann/json.hpp>
#include <openssl/evp.h>

#include <algorithm>

namespace switchyard::provisioner {
namespace {

std::string base64(const std::string& text) {
  std::string encoded(4 * ((text.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  encoded.resize(static_cast<std::size_t>(size));
  return encoded;
}

Status expired(const BmcAccess& access, const std::string& who) {
  if (access.limits.stop.stop_requested() ||
      std::chrono::steady_clock::now() >= access.limits.until)
    return failure(Errc::Unavailable,
                   who + ": this controller ends or no longer holds the operation");
  return {};
}

}  // namespace

RedfishClient::RedfishClient(const BmcAccess& access, HttpUrl url, HttpTrust trust)
    : access_(access),
      url_(std::move(url)),
      trust_(trust),
      gate_(access.gates ? access.gates->of(url_.origin.text())
                         : std::make_shared<BmcGate>(std::chrono::milliseconds(0))),
      who_("BMC of " + access.server) {
  if (access.insecure && gate_->first_warning())
    log::warning("a BMC is talked to without checking who it is, as its inventory entry demands",
                 {{"server", access.server}, {"bmc", url_.origin.text()}});
}

RedfishClient::~RedfishClient() {
  if (session_.empty()) return;
  // A session that stays is one of a few that a BMC has, for half an hour.
  constexpr std::chrono::seconds kLogOut{3};
  (void)exchange({.method = "DELETE", .path = session_},
                 std::min(std::chrono::steady_clock::now() + kLogOut, access_.limits.until));
}

RedfishClient::Instant RedfishClient::deadline() const {
  return std::min(std::chrono::steady_clock::now() + access_.times.call, access_.limits.until);
}

Result<HttpAnswer> RedfishClient::get(const std::string& path, Instant until) {
  return send({.method = "GET", .path = path}, until);
}

Result<HttpAnswer> RedfishClient::post(const std::string& path, std::string body, Instant until) {
  return send({.method = "POST", .path = path, .body = std::move(body)}, until);
}

Result<HttpAnswer> RedfishClient::patch(const std::string& path, std::string body,
                                        const std::string& if_match, Instant until) {
  HttpRequest request{.method = "PATCH", .path = path, .body = std::move(body)};
  if (!if_match.empty()) request.headers.emplace_back("If-Match", if_match);
  return send(std::move(request), until);
}

bool RedfishClient::pause(Instant until) {
  return provisioner::pause(access_.times.look, until, access_.limits.stop);
}

Result<HttpAnswer> RedfishClient::send(HttpRequest request, Instant until) {
  const bool changes = request.method != "GET";
  const std::string path = request.path;
  if (changes) crash_point("before power or boot");
  auto answer = exchange(request, until);
  if (answer && answer->status == 401 && token_.empty() && !access_.user.empty()) {
    if (const Status logged_in = log_in(until); !logged_in)
      return tl::unexpected(logged_in.error());
    answer = exchange(std::move(request), until);
  }
  if (changes) crash_point("after power or boot");
  if (!answer) return answer;
  return judged(std::move(*answer), path);
}

Result<HttpAnswer> RedfishClient::exchange(HttpRequest request, Instant until) {
  if (const Status alive = expired(access_, who_); !alive) return tl::unexpected(alive.error());
  if (!token_.empty())
    request.headers.emplace_back("X-Auth-Token", token_);
  else if (!access_.user.empty())
    request.headers.emplace_back("Authorization",
                                 "Basic " + base64(access_.user + ":" + access_.password.reveal()));
  const auto turn = gate_->enter(until, access_.limits.stop);
  if (!turn) return tl::unexpected(turn.error().in(who_));
  auto answer =
      http_exchange(url_.origin, trust_, request, {.until = until, .stop = access_.limits.stop});
  if (!answer) return tl::unexpected(answer.error().in(who_));
  return answer;
}

Status RedfishClient::log_in(Instant until) {
  constexpr const char* kSessions = "/redfish/v1/SessionService/Sessions";
  const auto turn = gate_->enter(until, access_.limits.stop);
  if (!turn) return tl::unexpected(turn.error().in(who_));
  const nlohmann::json login{{"UserName", access_.user}, {"Password", access_.password.reveal()}};
  const auto answer =
      http_exchange(url_.origin, trust_,
                    {.method = "POST",
                     .path = kSessions,
                     .body = login.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)},
                    {.until = until, .stop = access_.limits.stop});
  if (!answer) return tl::unexpected(answer.error().in(who_));
  if (answer->status != 201 && answer->status != 200)
    return failure(Errc::Rejected, who_ + ": it refuses the login of " + access_.user);
  if (answer->session_token.empty())
    return failure(Errc::Invalid, who_ + ": its session has no token");
  token_ = answer->session_token;
  session_ = redfish::as_path(answer->location).value_or("");
  return {};
}

Result<HttpAnswer> RedfishClient::judged(HttpAnswer answer, const std::string& path) const {
  if (answer.status >= 200 && answer.status < 300) return answer;
  const std::string reason = redfish::parse_refusal(answer.body);
  const std::string text = who_ + ": HTTP " + std::to_string(answer.status) + " for " + path +
                           (reason.empty() ? "" : ": " + reason);
  switch (answer.status) {
    case 401:
    case 403: return failure(Errc::Rejected, who_ + ": it refuses the login of " + access_.user);
    case 404: return failure(Errc::NotFound, who_ + ": there is no " + path);
    case 412: return failure(Errc::Conflict, text);
    case 408:
    case 429: return failure(Errc::Unavailable, text);
    default: break;
  }
  if (answer.status >= 500) return failure(Errc::Unavailable, text);
  if (answer.status >= 400) return failure(Errc::Rejected, text);
  return failure(Errc::Invalid, text + ": neither an answer nor a refusal");
}

}  // namespace switchyard::provisioner
