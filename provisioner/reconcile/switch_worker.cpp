#include "provisioner/reconcile/switch_worker.h"

#include "core/crash_point.h"
#include "core/db/transaction.h"
#include "core/id.h"
#include "core/log.h"
#include "provisioner/reconcile/report_json.h"
#include "provisioner/store/events.h"
#include "provisioner/store/switches.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace switchyard::provisioner {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using switch_drivers::PortIntent;
using switch_drivers::PortMode;
using switch_drivers::PortOutcome;
using switch_drivers::Settlement;
using switch_drivers::Verdict;

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
    : context_(context), name_(std::move(name)), random_(std::random_device{}()) {}

void SwitchWorker::run(const std::stop_token& stop) {
  const log::Context tag("switch", name_);
  const std::string topic = switch_topic(name_);
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
  const Timestamp now = context_.clock.now();
  const std::vector<WishRecord> due = pending(now);
  if (!due.empty()) {
    apply(due);
    settle_decided();
  }
  scan_when_due();
  if (!due.empty()) return 1ms;  // more may have come while the switch was busy
  if (!armed_.empty()) return kDecisionPoll;
  const auto until_look = std::chrono::ceil<milliseconds>(next_sessions_ - context_.clock.steady());
  return std::clamp<milliseconds>(until_look, 10ms, kIdlePoll);
}

bool SwitchWorker::claim() {
  const auto steady = context_.clock.steady();
  if (claim_ && steady < claim_renewal_) return true;
  const Timestamp now = context_.clock.now();
  auto taken = db::write(context_.pool, "claim switch " + name_,
                         [&](db::Session& session) -> Result<std::optional<SwitchClaim>> {
                           return claim_switch(session, name_, context_.site.controller, now,
                                               now + context_.site.claim);
                         });
  claim_ = taken ? *taken : std::nullopt;
  if (!claim_) {
    armed_.clear();  // whoever holds the switch now finds what we did; the dead man takes back the
                     // rest
    driver_.reset();
    probed_ = false;
    return false;
  }
  claim_renewal_ = steady + context_.site.claim / 3;
  return true;
}

// An import that changed how the switch is reached takes effect at once, not after the next
// failure.
void SwitchWorker::notice_new_access() {
  const auto steady = context_.clock.steady();
  if (steady < next_access_look_) return;
  next_access_look_ = steady + kIdlePoll;
  const auto version = db::read(context_.pool, "look at switch " + name_,
                                [&](db::Session& session) -> Result<std::optional<long long>> {
                                  return find_switch_version(session, name_);
                                });
  if (!version || !*version || **version == access_version_) return;
  access_version_ = **version;
  if (armed_.empty()) driver_.reset();  // what is armed is settled over the session that armed it
  probed_ = false;
  retry_contact_ = {};
  contact_failures_ = 0;
}

Result<std::optional<SwitchRecord>> SwitchWorker::read_record() {
  return db::read(context_.pool, "read switch " + name_,
                  [&](db::Session& session) -> Result<std::optional<SwitchRecord>> {
                    return find_switch_record(session, name_);
                  });
}

Status SwitchWorker::connect() {
  if (driver_ && probed_) return {};
  if (!driver_) {
    const auto record = read_record();
    if (!record) return tl::unexpected(record.error());
    if (!*record) return failure(Errc::NotFound, "switch " + name_ + " is not in the inventory");
    auto made = context_.make_driver(**record);
    if (!made) return tl::unexpected(made.error());
    driver_ = std::move(*made);
  }
  const auto facts = driver_->probe();
  if (!facts) return tl::unexpected(facts.error());
  probed_ = true;
  const std::string json = facts_json(*facts, driver_->capabilities());
  return db::write(context_.pool, "store facts of switch " + name_,
                   [&](db::Session& session) -> Status {
                     set_switch_facts(session, name_, facts->boot_id, json);
                     return {};
                   });
}

// A switch that cannot be reached is tried again later and later, by itself; nobody else waits for
// it.
void SwitchWorker::note_contact(const Status& status) {
  std::string state = "reachable", error;
  if (status) {
    contact_failures_ = 0;
    retry_contact_ = {};
  } else {
    state = status.error().code == Errc::Rejected ? "refused" : "unreachable";
    error = status.error().message;
    const milliseconds longest =
        std::min<milliseconds>(kLongestRetry, 250ms * (1 << std::min(contact_failures_, 8)));
    std::uniform_int_distribution<long long> draw(longest.count() / 4, longest.count());
    retry_contact_ = context_.clock.steady() + milliseconds(draw(random_));
    ++contact_failures_;
    probed_ = false;
  }
  if (state == state_ && status) return;
  state_ = state;
  if (!status) log::warning("switch does not answer", {{"error", error}});
  const Timestamp now = context_.clock.now();
  const Status stored =
      db::write(context_.pool, "contact of switch " + name_, [&](db::Session& session) -> Status {
        set_switch_contact(session, name_, state, error, now);
        return {};
      });
  if (!stored) log::error("cannot store contact", {{"error", stored.error().message}});
}

std::vector<WishRecord> SwitchWorker::pending(Timestamp now) {
  // Nearly always there is nothing, and writers wait for each other.
  const auto any = db::read(
      context_.pool, "wishes of switch " + name_,
      [&](db::Session& session) -> Result<bool> { return has_due_wishes(session, name_, now); });
  if (any && !*any) return {};
  auto found =
      db::write(context_.pool, "wishes of switch " + name_,
                [&](db::Session& session) -> Result<std::vector<WishRecord>> {
                  std::vector<WishRecord> due;
                  for (WishRecord& wish : list_due_wishes(session, name_, now)) {
                    const bool is_armed = std::ranges::any_of(armed_, [&](const Armed& armed) {
                      return std::ranges::any_of(armed.wishes, [&](const WishRecord& w) {
                        return w.port == wish.port && w.version == wish.version;
                      });
                    });
                    if (is_armed) continue;
                    if (!wish.change_group.empty()) {
                      const std::string decision = group_decision(session, wish.change_group);
                      if (decision == "abort" || decision.empty()) {
                        take_back_wish(session, wish, now);
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

Timestamp SwitchWorker::retry_at(int attempts) {
  const milliseconds longest =
      std::min<milliseconds>(kLongestRetry, 500ms * (1 << std::min(attempts, 8)));
  std::uniform_int_distribution<long long> draw(longest.count() / 4, longest.count());
  return context_.clock.now() + milliseconds(draw(random_));
}

void SwitchWorker::record_failure(const std::vector<WishRecord>& wishes, const Error& error) {
  const Timestamp now = context_.clock.now();
  const Status recorded =
      db::write(context_.pool, "failure of switch " + name_, [&](db::Session& session) -> Status {
        std::vector<PortResult> results;
        for (const WishRecord& wish : wishes) {
          results.push_back({.port = wish.port,
                             .version = wish.version,
                             .phase = "wanted",
                             .error = error.message,
                             .due = retry_at(wish.attempts)});
          if (!wish.change_group.empty())
            static_cast<void>(decide_group(session, wish.change_group,
                                           "switch " + name_ + ": " + error.message, now));
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
         .due = ok ? now : retry_at(wish.attempts),
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
        Status status = record_results(session, *claim_, results, now);
        if (!status) return status;
        for (const auto& [group, failed] : verdicts)
          static_cast<void>(decide_group(session, group, failed, now));
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

// Whether every armed port waits for the other switch of its group. It is asked many times a second
// by every switch of a site, so it is one question that locks nothing. Whoever prepares the last
// port of a group also decides it, so nobody is needed to look at each group again and again.
bool SwitchWorker::all_wait_for_others() {
  long long armed_ports = 0;
  for (const Armed& armed : armed_) {
    if (context_.clock.steady() - armed.since > context_.site.undo_after / 2) return false;
    armed_ports += static_cast<long long>(armed.wishes.size());
  }
  const auto waiting = db::read(
      context_.pool, "decisions for switch " + name_,
      [&](db::Session& session) -> Result<long long> { return count_waiting(session, name_); });
  return waiting && *waiting == armed_ports;
}

void SwitchWorker::settle_decided() {
  if (armed_.empty() || all_wait_for_others()) return;
  const Timestamp now = context_.clock.now();
  for (std::size_t i = 0; i < armed_.size();) {
    Armed& armed = armed_[i];
    const bool too_long = context_.clock.steady() - armed.since > context_.site.undo_after / 2;
    std::vector<Settlement> settlements;
    const Status read = db::write(
        context_.pool, "decisions for switch " + name_, [&](db::Session& session) -> Status {
          settlements.clear();
          for (const WishRecord& wish : armed.wishes) {
            std::string decision = wish.phase == "failed" ? "abort" : "commit";
            if (wish.phase != "failed" && !wish.change_group.empty())
              decision =
                  decide_group(session, wish.change_group,
                               too_long ? "the other switch was not ready in time" : "", now);
            if (decision == "pending") continue;
            settlements.push_back(
                {wish.port, decision == "commit" ? Verdict::Keep : Verdict::Undo});
          }
          return {};
        });
    if (read && !settlements.empty()) settle(armed, settlements);
    if (!claim_) return;
    if (armed.wishes.empty()) {
      armed_.erase(armed_.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
}

// A port that was equal already has nothing armed on the switch.
Result<std::vector<PortOutcome>> SwitchWorker::settle_changed(const Armed& armed,
                                                              std::vector<Settlement> settlements) {
  std::erase_if(settlements, [&](const Settlement& settlement) {
    const auto wish = std::ranges::find(armed.wishes, settlement.port, &WishRecord::port);
    return wish == armed.wishes.end() || wish->phase == "equal";
  });
  if (settlements.empty()) return std::vector<PortOutcome>{};
  if (!driver_) return failure(Errc::Unavailable, "switch " + name_ + ": no session");
  crash_point("before settle");
  auto outcomes = driver_->settle(armed.change_id, settlements);
  crash_point("after settle");
  return outcomes;
}

void SwitchWorker::settle(Armed& armed, const std::vector<Settlement>& settlements) {
  const auto outcomes = settle_changed(armed, settlements);
  if (!outcomes) note_contact(tl::unexpected(outcomes.error()));
  const Timestamp now = context_.clock.now();
  std::vector<PortResult> results;
  std::vector<WishRecord> taken_back, done;
  for (const Settlement& settlement : settlements) {
    const auto wish = std::ranges::find(armed.wishes, settlement.port, &WishRecord::port);
    if (wish == armed.wishes.end()) continue;
    Status status = outcomes ? Status{} : Status(tl::unexpected(outcomes.error()));
    if (outcomes) {
      const auto outcome = std::ranges::find(*outcomes, settlement.port, &PortOutcome::port);
      if (outcome != outcomes->end()) status = outcome->status;
    }
    if (settlement.verdict == Verdict::Keep) {
      // Not kept (the dead man was faster, the disk is full): the wish stands and is applied again.
      results.push_back({.port = wish->port,
                         .version = wish->version,
                         .phase = status ? "settled" : "wanted",
                         .error = status ? "" : status.error().message,
                         .due = status ? now : retry_at(wish->attempts),
                         .report = status ? "[]" : ""});
    } else if (wish->phase == "failed") {
      done.push_back(*wish);  // its error and its next try were recorded when it failed
    } else {
      taken_back.push_back(*wish);
    }
    done.push_back(*wish);
  }
  const Status recorded =
      db::write(context_.pool, "settle switch " + name_, [&](db::Session& session) -> Status {
        for (const WishRecord& wish : taken_back)
          take_back_wish(session, wish, now);
        return record_results(session, *claim_, results, now);
      });
  if (!recorded) {
    log::error("cannot record what was settled", {{"error", recorded.error().message}});
    claim_.reset();
    return;
  }
  std::erase_if(armed.wishes, [&](const WishRecord& wish) {
    return std::ranges::any_of(done, [&](const WishRecord& d) { return d.port == wish.port; });
  });
  context_.wakeup.poke(kRunnerTopic);
  context_.wakeup.poke(kEventTopic);
}

}  // namespace switchyard::provisioner
