#include "pxe/installer/reporter.h"

#include "pxe/installer/text.h"

#include <algorithm>
#include <cstdio>

namespace switchyard::pxe::installer {
namespace {

constexpr std::chrono::milliseconds kLeastPause{500};
constexpr std::chrono::seconds kHeartbeat{5};
constexpr std::size_t kMostKept = 4096;  // lines while the service does not answer: oldest go
constexpr std::size_t kMostLines = 256;  // in one report
constexpr std::size_t kMostLine = 1024;

}  // namespace

Reporter::Reporter(ServiceClient client, std::string operation, Phase first)
    : client_(std::move(client)),
      now_{.operation = std::move(operation), .phase = first},
      teller_([this](std::stop_token stop) { tell(std::move(stop)); }) {}

Reporter::~Reporter() {
  teller_.request_stop();
  teller_.join();
}

Status Reporter::report(Phase phase, std::uint64_t percent, const std::string& detail) {
  const std::lock_guard lock{mutex_};
  if (cancelled_) return failure(Errc::Conflict, now_.operation + " was cancelled");
  percent = std::min<std::uint64_t>(percent, 100);
  if (phase != now_.phase || percent != now_.percent || detail != now_.detail) fresh_ = true;
  if (phase != now_.phase) std::printf("switchyard: %s: %s\n", to_string(phase), detail.c_str());
  now_.phase = phase;
  now_.percent = percent;
  now_.detail = detail;
  changed_.notify_one();
  return {};
}

void Reporter::log(const std::string& text) {
  std::string line = printable(text, kMostLine);
  std::printf("switchyard: %s\n", line.c_str());
  std::fflush(stdout);
  const std::lock_guard lock{mutex_};
  if (now_.log.size() >= kMostKept) now_.log.erase(now_.log.begin());
  now_.log.push_back(std::move(line));
  fresh_ = true;
  changed_.notify_one();
}

void Reporter::tell(std::stop_token stop) {
  while (!stop.stop_requested()) {
    send_all();
    std::unique_lock lock{mutex_};
    // The pause is for the service's sake; a heartbeat comes without news.
    changed_.wait_for(lock, stop, kLeastPause, [] { return false; });
    changed_.wait_for(lock, stop, kHeartbeat - kLeastPause, [this] { return fresh_; });
  }
  send_all();
}

void Reporter::send_all() {
  for (bool more = true; more;) {
    Progress part;
    {
      const std::lock_guard lock{mutex_};
      part = now_;
      part.log.resize(std::min(part.log.size(), kMostLines));
      fresh_ = false;
    }
    const auto reply = client_.post("/installer/v1/progress", to_json_text(part));
    if (!reply || reply->status != 200) return;  // its lines go with the next one
    const std::lock_guard lock{mutex_};
    cancelled_ = cancelled_ || parse_cancelled(reply->body).value_or(false);
    now_.log.erase(now_.log.begin(), now_.log.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                            part.log.size(), now_.log.size())));
    more = !now_.log.empty();
  }
}

}  // namespace switchyard::pxe::installer
