// The half of SwitchWorker that looks without being asked: drift and sessions.
#include "core/db/query.h"
#include "core/db/transaction.h"
#include "core/log.h"
#include "provisioner/reconcile/report_json.h"
#include "provisioner/reconcile/switch_worker.h"
#include "provisioner/store/events.h"
#include "provisioner/store/switches.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace switchyard::provisioner {

using namespace std::chrono_literals;
using switch_drivers::PortIntent;
using switch_drivers::PortMode;
using switch_drivers::PortReport;
using switch_drivers::SessionReport;

namespace {

constexpr auto kSessionPoll = std::chrono::milliseconds(250);
constexpr auto kIdleLook =
    std::chrono::seconds(2);  // how often the database is asked for a wanted scan
constexpr auto kBetweenAlarms = std::chrono::minutes(1);  // of one port

}  // namespace

void SwitchWorker::scan_when_due() {
  const auto steady = context_.clock.steady();
  if (steady < next_scan_ && steady < next_sessions_) return;
  long long asked = 0, now = 0;
  auto found = db::read(context_.pool, "wishes of switch " + name_,
                        [&](db::Session& session) -> Result<std::vector<WishRecord>> {
                          now = to_micros(db::now(session));
                          asked = scan_wanted_since(session, name_);
                          const bool wanted = steady >= next_scan_ || asked > 0 ||
                                              has_watched_wishes(session, name_);
                          return wanted ? list_wishes(session, name_) : std::vector<WishRecord>{};
                        });
  if (!found) return;
  const bool watched = std::ranges::any_of(*found, [&](const WishRecord& wish) {
    return wish.watch_until > now && wish.wish.mode == PortMode::Routed;
  });
  next_sessions_ = steady + (watched ? kSessionPoll : std::chrono::milliseconds(kIdleLook));
  const bool scan_now = steady >= next_scan_ || asked > 0;
  if (scan_now) {
    // A quarter of jitter, so that switches added together are not looked at together for ever.
    const auto interval =
        std::chrono::duration_cast<std::chrono::milliseconds>(context_.site.scan_interval);
    std::uniform_int_distribution<long long> draw(interval.count() * 3 / 4,
                                                  interval.count() * 5 / 4);
    next_scan_ = steady + std::chrono::milliseconds(draw(random_));
  }
  if (!scan_now && !watched) return;
  const Status connected = connect();
  if (!connected) return note_contact(connected);
  if (scan_now) scan(*found, asked);
  if (claim_ && driver_ && probed_) look_at_sessions(*found);
}

void SwitchWorker::scan(const std::vector<WishRecord>& wishes, long long asked) {
  std::vector<WishRecord> settled;
  std::vector<PortIntent> intents;
  for (const WishRecord& wish : wishes) {
    if (!wish.is_settled()) continue;  // it is being changed: apply() compares it anyway
    settled.push_back(wish);
    intents.push_back(wish.wish);
  }
  const auto reports = driver_->compare(intents);
  if (!reports) return note_contact(tl::unexpected(reports.error()));
  note_contact({});
  record_scan(settled, *reports, asked);
}

void SwitchWorker::record_scan(const std::vector<WishRecord>& wishes,
                               const std::vector<PortReport>& reports, long long asked) {
  const Timestamp now = context_.clock.now();
  std::vector<PortResult> results;
  std::vector<nlohmann::json> drifts;
  for (const WishRecord& wish : wishes) {
    const auto report = std::ranges::find(reports, wish.port, &PortReport::port);
    if (report == reports.end()) continue;
    const std::string differences = differences_json(*report);
    const bool repair = !report->equal() && context_.site.drift == DriftPolicy::Repair;
    results.push_back({.port = wish.port,
                       .version = wish.version,
                       .phase = repair ? "wanted" : "settled",
                       .report = differences,
                       .drained = wish.drained});
    if (report->equal()) continue;
    drifts.push_back({{"switch", name_},
                      {"port", wish.port},
                      {"owner", wish.wish.owner},
                      {"policy", repair ? "repair" : "report"},
                      {"differences", nlohmann::json::parse(differences)}});
    log::warning("drift", {{"port", wish.port}, {"differences", differences}});
  }
  const Status recorded =
      db::write(context_.pool, "scan of switch " + name_, [&](db::Session& session) -> Status {
        Status status = record_results(session, *claim_, results, now);
        if (!status) return status;
        for (const PortResult& result : results)
          if (result.phase == "wanted") unsettle(session, name_, result.port, result.version);
        for (const nlohmann::json& drift : drifts)
          append_event(
              session,
              {.type = "port.drift",
               .subject = "switches/" + name_ + "/ports/" + drift.at("port").get<std::string>()},
              drift, now);
        clear_scan_wanted(session, name_, asked);
        return {};
      });
  if (!recorded) {
    log::error("cannot record a scan", {{"error", recorded.error().message}});
    claim_.reset();
    return;
  }
  if (!drifts.empty()) {
    context_.wakeup.poke(kEventTopic);
    context_.wakeup.poke(switch_topic(name_));
  }
}

// A tenant that announces what is not its own is worth an alarm, but not one a look.
bool SwitchWorker::wants_alarm(const std::string& port,
                               const std::vector<SessionReport>& sessions) {
  std::uint64_t total = 0;
  for (const SessionReport& session : sessions)
    for (const switch_drivers::RefusedCount& count : session.refused)
      total += count.announcements;
  RefusedAlarm& alarm = alarms_[port];
  const auto now = context_.clock.steady();
  alarm.told = std::min(alarm.told, total);  // the switch began to count anew
  if (total == alarm.told || now < alarm.not_before) return false;
  alarm = {.told = total, .not_before = now + kBetweenAlarms};
  return true;
}

void SwitchWorker::look_at_sessions(const std::vector<WishRecord>& wishes) {
  std::vector<WishRecord> looked_at;
  std::vector<PortIntent> routed;
  for (const WishRecord& wish : wishes) {
    if (wish.wish.mode != PortMode::Routed || !wish.is_settled()) continue;
    looked_at.push_back(wish);
    routed.push_back(wish.wish);
  }
  if (routed.empty()) return;
  const auto sessions = driver_->sessions(routed);
  if (!sessions) return note_contact(tl::unexpected(sessions.error()));
  const Timestamp now = context_.clock.now();
  const Status recorded =
      db::write(context_.pool, "sessions of switch " + name_, [&](db::Session& session) -> Status {
        if (Status held = record_results(session, *claim_, {}, now); !held) return held;
        for (const WishRecord& wish : looked_at) {
          const PortIntent& intent = wish.wish;
          std::vector<SessionReport> own;
          for (const SessionReport& report : *sessions)
            if (report.port == intent.port) own.push_back(report);
          record_sessions(session, wish, sessions_json(own), now);
          if (!wants_alarm(intent.port, own)) continue;
          append_event(
              session,
              {.type = "port.refused", .subject = "switches/" + name_ + "/ports/" + intent.port},
              {{"switch", name_},
               {"port", intent.port},
               {"owner", intent.owner},
               {"refused", refused_json(own)}},
              now);
        }
        return {};
      });
  if (!recorded) {
    log::error("cannot record sessions", {{"error", recorded.error().message}});
    claim_.reset();
  }
  context_.wakeup.poke(kRunnerTopic);
  context_.wakeup.poke(kEventTopic);
}

}  // namespace switchyard::provisioner
