// The part of SwitchWorker that ends changes: keeps or undoes on the switch what was decided for
// their groups.
#include "core/crash_point.h"
#include "core/db/transaction.h"
#include "core/log.h"
#include "provisioner/reconcile/switch_worker.h"

#include <algorithm>

namespace switchyard::provisioner {

using std::chrono::milliseconds;
using switch_drivers::PortOutcome;
using switch_drivers::Settlement;
using switch_drivers::Verdict;

namespace {

// What is decided for an armed port as far as its own change tells; "" or "pending": the database
// has to be asked. A decision is never taken back.
std::string known_decision(const WishRecord& wish,
                           const std::map<std::string, std::string>& decided) {
  if (wish.phase == "failed") return "abort";
  if (wish.change_group.empty()) return "commit";
  const auto found = decided.find(wish.change_group);
  return found == decided.end() ? "" : found->second;
}

bool is_final(const std::string& decision) { return decision == "commit" || decision == "abort"; }

}  // namespace

// Whether every armed port waits for the other switch of its group. It is asked many times a second
// by every switch of a site, so it is one question that locks nothing. Whoever prepares the last
// port of a group also decides it, so nobody is needed to look at each group again and again.
bool SwitchWorker::all_wait_for_others() {
  long long armed_ports = 0;
  for (const Armed& armed : armed_) {
    for (const WishRecord& wish : armed.wishes)
      if (is_final(known_decision(wish, armed.decided))) return false;
    if (context_.clock.steady() - armed.since > context_.site.undo_after / 2) return false;
    armed_ports += static_cast<long long>(armed.wishes.size());
  }
  const auto waiting = db::read(
      context_.pool, "decisions for switch " + name_,
      [&](db::Session& session) -> Result<long long> { return count_waiting(session, name_); });
  return waiting && *waiting == armed_ports;
}

std::vector<Settlement> SwitchWorker::decisions(const Armed& armed, bool too_long) {
  std::vector<Settlement> settlements;
  const auto add = [&](const WishRecord& wish, const std::string& decision) {
    settlements.push_back({wish.port, decision == "commit" ? Verdict::Keep : Verdict::Undo});
  };
  const auto is_known = [&](const WishRecord& wish) {
    return is_final(known_decision(wish, armed.decided));
  };
  if (std::ranges::all_of(armed.wishes, is_known)) {
    for (const WishRecord& wish : armed.wishes)
      add(wish, known_decision(wish, armed.decided));
    return settlements;
  }
  const Status read = db::write(
      context_.pool, "decisions for switch " + name_, [&](db::Session& session) -> Status {
        settlements.clear();
        for (const WishRecord& wish : armed.wishes) {
          std::string decision = known_decision(wish, armed.decided);
          if (!is_final(decision))
            decision = decide_group(session, wish.change_group,
                                    too_long ? "the other switch was not ready in time" : "");
          if (decision != "pending") add(wish, decision);
        }
        return {};
      });
  return read ? settlements : std::vector<Settlement>{};
}

void SwitchWorker::settle_decided() {
  if (armed_.empty() || all_wait_for_others()) return;
  for (std::size_t i = 0; i < armed_.size();) {
    Armed& armed = armed_[i];
    const bool too_long = context_.clock.steady() - armed.since > context_.site.undo_after / 2;
    const std::vector<Settlement> settlements = decisions(armed, too_long);
    const bool is_whole = settlements.size() == armed.wishes.size();
    if (!settlements.empty() && (is_whole || !one_change_)) settle(armed, settlements);
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
  if (!outcomes && permit_->is_stopped()) return;
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
                         .look_in = status ? milliseconds{} : retry_in(wish->attempts),
                         .report = status ? "[]" : "",
                         .drained = wish->drained});
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
          take_back_wish(session, wish);
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
