#include "provisioner/reconcile/switch_worker.h"

#include "core/backoff.h"
#include "core/crash_point.h"
#include "core/db/query.h"
#include "core/db/transaction.h"
#include "core/id.h"
#include "core/log.h"
#include "provisioner/reconcile/report_json.h"

#include <algorithm>

namespace switchyard::provisioner {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using switch_drivers::PortIntent;
using switch_drivers::PortOutcome;

namespace {

constexpr std::size_t kBatch = 64;  // ports in one commit
constexpr milliseconds kIdlePoll{500};
// For groups shared with a switch of another controller; one of this controller wakes us.
constexpr milliseconds kDecisionPoll{200};
constexpr auto kLongestRetry = 60s;

std::vector<PortIntent> intents_of(const std::vector<WishRecord>& wishes) {
  std::vector<PortIntent> intents;
  for (const WishRecord& wish : wishes)
    intents.push_back(wish.wish);
  return intents;
}

std::string describe(const PortOutcome& outcome) {
  std::string text = outcome.status ? "" : outcome.status.error().message;
  if (!outcome.remaining.empty()) {
    const switch_drivers::Difference& first = outcome.remaining.front();
    text += " (" + first.subject + ": wished \"" + first.wished + "\", the switch has \"" +
            first.observed + "\")";
  }
  return text;
}

}  // namespace

SwitchWorker::SwitchWorker(ReconcileContext& context, std::string name)
    : context_(context),
      name_(std::move(name)),
      permit_(std::make_shared<switch_drivers::Permit>(context.clock)),
      random_(std::random_device{}()) {}

void SwitchWorker::run(const std::stop_token& stop) {
  const log::Context tag("switch", name_);
  const std::string topic = switch_topic(name_);
  const std::stop_callback on_stop(stop, [this] { permit_->stop(); });
  while (!stop.stop_requested()) {
    const std::uint64_t seen = context_.wakeup.count(topic);
    const milliseconds idle = tick();
    context_.wakeup.wait(topic, seen, idle, stop);
  }
}

milliseconds SwitchWorker::tick() {
  if (!claim()) return 2s;
  notice_new_access();
  const auto steady = context_.clock.steady();
  settle_decided();
  if (steady < retry_contact_)
    return std::max<milliseconds>(
        10ms, std::chrono::duration_cast<milliseconds>(retry_contact_ - steady));
  // Each part may take long or lose the lease; the next one is not begun without it.
  if (!claim()) return 2s;
  const bool waits = one_change_ && !armed_.empty();
  const std::vector<WishRecord> due = waits ? std::vector<WishRecord>{} : pending();
  if (!due.empty()) {
    apply(due);
    if (!claim()) return 2s;
    settle_decided();
  }
  if (!claim()) return 2s;
  scan_when_due();
  if (!due.empty()) return 1ms;  // more may have come while the switch was busy
  if (!armed_.empty()) return kDecisionPoll;
  const auto until_look = std::chrono::ceil<milliseconds>(next_sessions_ - context_.clock.steady());
  return std::clamp<milliseconds>(until_look, 10ms, kIdlePoll);
}

std::vector<WishRecord> SwitchWorker::not_armed(std::vector<WishRecord> wishes) const {
  std::erase_if(wishes, [&](const WishRecord& wish) {
    return std::ranges::any_of(armed_, [&](const Armed& armed) {
      return std::ranges::any_of(armed.wishes, [&](const WishRecord& w) {
        return w.port == wish.port && w.version == wish.version;
      });
    });
  });
  return wishes;
}

std::vector<WishRecord> SwitchWorker::pending() {
  // Nearly always there is nothing, and writers wait for each other.
  auto seen = db::read(context_.pool, "wishes of switch " + name_,
                       [&](db::Session& session) -> Result<std::vector<WishRecord>> {
                         return not_armed(list_due_wishes(session, name_));
                       });
  if (seen && std::ranges::all_of(*seen, [](const auto& w) { return w.change_group.empty(); })) {
    if (seen->size() > kBatch) seen->resize(kBatch);
    return std::move(*seen);
  }
  auto found = db::write(context_.pool, "wishes of switch " + name_,
                         [&](db::Session& session) -> Result<std::vector<WishRecord>> {
                           std::vector<WishRecord> due;
                           for (WishRecord& wish : not_armed(list_due_wishes(session, name_))) {
                             if (!wish.change_group.empty()) {
                               const std::string decision =
                                   group_decision(session, wish.change_group);
                               if (decision == "abort" || decision.empty()) {
                                 take_back_wish(session, wish);
                                 continue;  // the former wish is looked at in the next round
                               }
                             }
                             if (due.size() < kBatch) due.push_back(std::move(wish));
                           }
                           return due;
                         });
  if (found) return std::move(*found);
  log::error("cannot read wishes", {{"error", found.error().message}});
  return {};
}

void SwitchWorker::apply(const std::vector<WishRecord>& wishes) {
  const Status connected = connect();
  if (!connected) {
    note_contact(connected);
    return record_failure(wishes, connected.error());
  }
  const std::string change_id = "c" + random_hex(8) + "-" + std::to_string(++changes_);
  const std::vector<PortIntent> intents = intents_of(wishes);
  crash_point("before apply");
  const auto outcomes =
      driver_->apply(intents, {.change_id = change_id, .undo_after = context_.site.undo_after});
  crash_point("after apply");
  if (!outcomes) {
    note_contact(tl::unexpected(outcomes.error()));
    return record_failure(wishes, outcomes.error());
  }
  note_contact({});
  record_applied(wishes, *outcomes, change_id);
}

milliseconds SwitchWorker::retry_in(int attempts) {
  return backoff(attempts, 500ms, kLongestRetry, random_);
}

void SwitchWorker::record_failure(const std::vector<WishRecord>& wishes, const Error& error) {
  if (permit_->is_stopped()) return;
  const Timestamp now = context_.clock.now();
  const Status recorded =
      db::write(context_.pool, "failure of switch " + name_, [&](db::Session& session) -> Status {
        std::vector<PortResult> results;
        for (const WishRecord& wish : wishes) {
          results.push_back({.port = wish.port,
                             .version = wish.version,
                             .phase = "wanted",
                             .error = error.message,
                             .look_in = retry_in(wish.attempts)});
          if (!wish.change_group.empty())
            static_cast<void>(
                decide_group(session, wish.change_group, "switch " + name_ + ": " + error.message));
        }
        return record_results(session, *claim_, results, now);
      });
  if (!recorded) claim_.reset();
  poke_group(wishes);
}

void SwitchWorker::record_applied(const std::vector<WishRecord>& wishes,
                                  const std::vector<PortOutcome>& outcomes,
                                  const std::string& change_id) {
  const Timestamp now = context_.clock.now();
  Armed armed{.change_id = change_id, .since = context_.clock.steady()};
  std::vector<PortResult> results;
  std::vector<std::pair<std::string, std::string>> verdicts;  // group, failure
  for (const WishRecord& wish : wishes) {
    const auto outcome = std::ranges::find(outcomes, wish.port, &PortOutcome::port);
    const bool ok = outcome != outcomes.end() && outcome->status;
    const std::string error =
        outcome == outcomes.end() ? "the driver gave no outcome" : describe(*outcome);
    // A port that was equal already has nothing armed, but it still waits for its group: settling
    // it then only confirms.
    results.push_back(
        {.port = wish.port,
         .version = wish.version,
         .phase = ok ? "prepared" : "wanted",
         .error = ok ? "" : error,
         .look_in = ok ? milliseconds{} : retry_in(wish.attempts),
         .report = outcome == outcomes.end() ? "" : differences_json(outcome->remaining)});
    if (!wish.change_group.empty())
      verdicts.emplace_back(wish.change_group,
                            ok ? "" : "switch " + name_ + " port " + wish.port + ": " + error);
    armed.wishes.push_back(wish);
    armed.wishes.back().phase = !ok ? "failed" : outcome->changed ? "prepared" : "equal";
    if (!ok) log::warning("port refused", {{"port", wish.port}, {"error", error}});
  }
  const Status recorded =
      db::write(context_.pool, "outcome of switch " + name_, [&](db::Session& session) -> Status {
        armed.decided.clear();
        Status status = record_results(session, *claim_, results, now);
        if (!status) return status;
        for (const auto& [group, failed] : verdicts)
          armed.decided[group] = decide_group(session, group, failed);
        return {};
      });
  if (!recorded) {
    // Whether we lost the lease or the database: what is armed undoes itself, nobody is told it is
    // done.
    log::error("cannot record what was applied", {{"error", recorded.error().message}});
    claim_.reset();
    return;
  }
  armed_.push_back(std::move(armed));
  poke_group(wishes);
}

void SwitchWorker::poke_group(const std::vector<WishRecord>& wishes) {
  std::vector<std::string> groups;
  for (const WishRecord& wish : wishes)
    if (!wish.change_group.empty()) groups.push_back(wish.change_group);
  context_.wakeup.poke(kRunnerTopic);
  if (groups.empty()) return;
  std::vector<std::string> names;
  static_cast<void>(
      db::read(context_.pool, "switches of a group", [&](db::Session& session) -> Status {
        for (const std::string& group : groups)
          for (std::string& name : switches_of_group(session, group))
            names.push_back(std::move(name));
        return {};
      }));
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  for (const std::string& name : names)
    if (name != name_) context_.wakeup.poke(switch_topic(name));
}

}  // namespace switchyard::provisioner
