// The part of SwitchWorker that decides whether it may talk to its switch, and reaches it: lease,
// access data, session.
#include "core/backoff.h"
#include "core/db/transaction.h"
#include "core/log.h"
#include "provisioner/reconcile/report_json.h"
#include "provisioner/reconcile/switch_worker.h"
#include "provisioner/store/switches.h"

#include <algorithm>

namespace switchyard::provisioner {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

constexpr auto kLongestRetry = 60s;
constexpr auto kAccessLook = 500ms;

}  // namespace

// The permit ends before the lease does, on our own clock: between the two the switch may still be
// busy with what we sent last.
bool SwitchWorker::claim() {
  const auto steady = context_.clock.steady();
  if (claim_ && steady < claim_renewal_) return true;
  auto taken = db::write(
      context_.pool, "claim switch " + name_,
      [&](db::Session& session) -> Result<std::optional<SwitchClaim>> {
        return claim_switch(
            session,
            {.switch_name = name_, .holder = context_.site.controller, .fence = last_fence_},
            context_.site.claim);
      });
  // A database that stalls does not take the lease away.
  if (!taken && claim_ && permit_->holds()) return true;
  claim_ = taken ? *taken : std::nullopt;
  if (!claim_) {
    armed_.clear();  // whoever holds the switch now finds what we did; the dead man takes back the
                     // rest
    permit_->withdraw();
    driver_.reset();
    probed_ = false;
    return false;
  }
  last_fence_ = claim_->fence;
  claim_renewal_ = steady + context_.site.claim / 3;
  permit_->extend(steady + context_.site.claim * 3 / 4);
  return true;
}

// An import that changed how the switch is reached takes effect at once, not after the next
// failure.
void SwitchWorker::notice_new_access() {
  const auto steady = context_.clock.steady();
  if (steady < next_access_look_) return;
  next_access_look_ = steady + kAccessLook;
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
    auto made = context_.make_driver(**record, permit_);
    if (!made) return tl::unexpected(made.error());
    driver_ = std::move(*made);
  }
  const auto facts = driver_->probe();
  if (!facts) return tl::unexpected(facts.error());
  probed_ = true;
  const auto capabilities = driver_->capabilities();
  one_change_ = std::ranges::any_of(capabilities, [](const auto& one) {
    return one.name == switch_drivers::kSeveralChanges && !one.supported;
  });
  const std::string json = facts_json(*facts, capabilities);
  return db::write(context_.pool, "store facts of switch " + name_,
                   [&](db::Session& session) -> Status {
                     set_switch_facts(session, name_, facts->boot_id, json);
                     return {};
                   });
}

// A switch that cannot be reached is tried again later and later, by itself; nobody else waits for
// it.
void SwitchWorker::note_contact(const Status& status) {
  if (permit_->is_stopped()) return;  // it was we who broke off
  std::string state = "reachable", error;
  if (status) {
    contact_failures_ = 0;
    retry_contact_ = {};
  } else {
    state = status.error().code == Errc::Rejected ? "refused" : "unreachable";
    error = status.error().message;
    retry_contact_ =
        context_.clock.steady() + backoff(contact_failures_++, 250ms, kLongestRetry, random_);
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

}  // namespace switchyard::provisioner
