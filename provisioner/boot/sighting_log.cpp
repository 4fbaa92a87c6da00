#include "provisioner/boot/sighting_log.h"

#include "core/db/query.h"
#include "core/db/transaction.h"
#include "core/log.h"
#include "provisioner/store/events.h"

#include <nlohmann/json.hpp>

namespace switchyard::provisioner {

using pxe::dhcp::Sighting;
using pxe::dhcp::SightingKind;

namespace {

// The everyday ones are not worth an event each.
bool is_usual(const Sighting& seen) { return seen.kind == SightingKind::AddressServed; }

std::string subject_of(const Sighting& seen) {
  if (!seen.server.empty()) return "servers/" + seen.server;
  if (!seen.port.port.empty())
    return "switches/" + seen.port.switch_name + "/ports/" + seen.port.port;
  return "boot";
}

nlohmann::json data_of(const Sighting& seen) {
  return {{"mac", seen.mac == MacAddress{} ? "" : to_string(seen.mac)},
          {"switch", seen.port.switch_name},
          {"port", seen.port.port},
          {"address", seen.address.none() ? "" : to_string(seen.address)},
          {"detail", seen.detail}};
}

}  // namespace

void SightingLog::note(const Sighting& seen) {
  log::write(is_usual(seen) ? log::Level::Info : log::Level::Warning, "dhcp",
             {{"seen", std::string(to_string(seen.kind))},
              {"server", seen.server},
              {"mac", to_string(seen.mac)},
              {"address", to_string(seen.address)},
              {"detail", seen.detail}});
  if (is_usual(seen)) return;
  const std::lock_guard lock(mutex_);
  if (waiting_.size() < kMostWaiting) waiting_.push_back(seen);
  has_news_ = true;
  news_.notify_all();
}

void SightingLog::wait(std::chrono::milliseconds timeout, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  news_.wait_for(lock, stop, timeout, [this] { return has_news_; });
}

Status SightingLog::keep(db::Pool& pool, Wakeup& wakeup) {
  std::vector<Sighting> seen;
  {
    const std::lock_guard lock(mutex_);
    seen = waiting_;
    has_news_ = false;
  }
  if (seen.empty()) return {};
  const Status kept = db::write(pool, "sightings", [&](db::Session& session) -> Status {
    const Timestamp now = db::now(session);
    for (const Sighting& one : seen)
      append_event(session,
                   {.type = "boot." + std::string(to_string(one.kind)), .subject = subject_of(one)},
                   data_of(one), now);
    session.on_commit([&wakeup] { wakeup.poke(kEventTopic); });
    return {};
  });
  if (!kept) return kept;
  const std::lock_guard lock(mutex_);
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(seen.size()));
  return {};
}

}  // namespace switchyard::provisioner
