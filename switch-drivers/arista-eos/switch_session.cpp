#include "switch-drivers/arista-eos/switch_session.h"

#include "core/digest.h"
#include "switch-drivers/arista-eos/exchange.h"

#include <fmt/format.h>

#include <algorithm>

namespace switchyard::switch_drivers::arista_eos {

namespace {

std::string first_of(const std::string& command) { return command.substr(0, 80); }

constexpr std::size_t kIdDigits = 16;

}  // namespace

Error rejected(const EapiAnswer& answer, const std::vector<std::string>& commands) {
  const std::size_t at = answer.failed.value_or(0);
  return {Errc::Rejected,
          fmt::format("\"{}\" is refused: {}", at < commands.size() ? first_of(commands[at]) : "",
                      answer.complaint)};
}

Result<EapiAnswer> SwitchSession::run(const std::vector<std::string>& commands) {
  std::vector<std::string> all{"enable"};
  all.insert(all.end(), commands.begin(), commands.end());
  // Says what was asked, so that an answer to something else is not taken, and a recording plays
  // back.
  const std::string id =
      "swy-" + sha256_hex(fmt::format("{}", fmt::join(all, "\n"))).substr(0, kIdDigits);
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      until_ - std::chrono::steady_clock::now());
  auto sent = client_.send({.method = "POST",
                            .path = "/command-api",
                            .headers = {{"Content-Type", "application/json"}},
                            .body = eapi_request(all, id)},
                           std::max(left, std::chrono::milliseconds{0}));
  if (!sent) return tl::unexpected(sent.error());
  if (sent->status == 401 || sent->status == 403)
    return failure(Errc::Rejected, "eAPI refuses the login");
  if (sent->status >= 500 || sent->status == 429)
    return failure(Errc::Unavailable,
                   fmt::format("eAPI has no room for a request (HTTP {})", sent->status));
  if (sent->status != 200)
    return failure(Errc::Invalid, fmt::format("eAPI answers with HTTP status {}: is it enabled "
                                              "(\"management api http-commands\")?",
                                              sent->status));
  auto answer = parse_eapi(sent->body, all.size(), id);
  if (!answer) return answer;
  if (answer->failed == 0U)
    return failure(Errc::Rejected, "\"enable\" is refused: " + answer->complaint);
  if (!answer->outputs.empty()) answer->outputs.erase(answer->outputs.begin());
  if (answer->failed) --*answer->failed;
  return answer;
}

Result<Observation> SwitchSession::run_and_observe(const std::vector<std::string>& commands) {
  std::vector<std::string> all = commands;
  for (std::string reading : {show_running(), show_saved(), show_sessions()})
    all.push_back(std::move(reading));
  auto answer = run(all);
  if (!answer) return tl::unexpected(answer.error());
  if (!answer->ok()) return tl::unexpected(rejected(*answer, all));
  Observation observed;
  const std::size_t first = commands.size();
  auto running = parse_config(answer->outputs[first]);
  if (!running) return tl::unexpected(running.error().in("running-config"));
  // There is none before the first save.
  const std::string& text = answer->outputs[first + 1];
  auto saved = text.empty() ? Result<Config>{} : parse_config(text);
  if (!saved) return tl::unexpected(saved.error().in("startup-config"));
  auto sessions = parse_sessions(answer->outputs[first + 2]);
  if (!sessions) return tl::unexpected(sessions.error());
  observed.running = std::move(*running);
  observed.saved = std::move(*saved);
  observed.sessions = std::move(*sessions);
  answer->outputs.resize(first);
  observed.outputs = std::move(answer->outputs);
  return observed;
}

}  // namespace switchyard::switch_drivers::arista_eos
