#include "pxe/installer/reporter.h"

#include <cstdio>

namespace switchyard::pxe::installer {

Status Reporter::report(Phase phase, std::uint64_t percent, const std::string& detail) {
  const auto now = std::chrono::steady_clock::now();
  if (phase == last_phase_ && now < next_) return {};
  if (phase != last_phase_) std::printf("switchyard: %s: %s\n", to_string(phase), detail.c_str());
  last_phase_ = phase;
  next_ = now + std::chrono::milliseconds{500};
  const auto reply = client_.post(
      "/installer/v1/progress",
      to_json_text(
          Progress{.operation = operation_, .phase = phase, .percent = percent, .detail = detail}));
  if (!reply || reply->status != 200) return {};
  if (parse_cancelled(reply->body).value_or(false))
    return failure(Errc::Conflict, operation_ + " was cancelled");
  return {};
}

}  // namespace switchyard::pxe::installer
