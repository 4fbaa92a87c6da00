#include "core/db/transaction.h"

#include "core/crash_point.h"
#include "core/db/connect.h"
#include "core/db/error.h"
#include "core/db/error_watch.h"
#include "core/db/fair_gate.h"
#include "core/db/open_unit.h"
#include "core/db/pool_state.h"

#include <soci/soci.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace switchyard::db {

namespace {

using std::chrono::microseconds;

constexpr int kRetries = 8;
constexpr microseconds kFirstPause{5'000};
constexpr microseconds kLongestPause{500'000};

// Full jitter: anything between nothing and the exponential bound, so that losers of one deadlock
// do not meet again.
microseconds pause_before(int retry) {
  thread_local std::minstd_rand random{std::random_device{}()};
  const auto bound = std::min(kFirstPause * (1 << retry), kLongestPause);
  return microseconds{std::uniform_int_distribution<long long>{0, bound.count()}(random)};
}

void begin(Session& session, Access access) {
  soci::session& sql = session.sql();
  if (session.backend() == Backend::Sqlite) {
    sql << (access == Access::Read ? "BEGIN DEFERRED" : "BEGIN IMMEDIATE");
    return;
  }
  // Autocommit is off, so the first statement of a writer opens its transaction by itself.
  if (access != Access::Read) return;
  sql << "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ";
  sql << "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";
}

Error passed_over(const std::string& what) {
  return {Errc::Unavailable,
          what + ": the database asked for another try and the work went on without it"};
}

}  // namespace

// One unit of work and its tries.
class Unit {
 public:
  Unit(Pool& pool, Access access, std::string_view what,
       const std::function<Status(Session&)>& body)
      : pool_(pool), access_(access), what_(what), body_(body) {}

  Status run() {
    for (int retry = 0;; ++retry) {
      const Try last = try_once();
      if (!last.again || retry == kRetries) return last.status;
      std::this_thread::sleep_for(pause_before(retry));
    }
  }

 private:
  struct Try {
    Status status{};
    bool again{};
  };

  using Calls = std::vector<std::function<void()>>;

  // Runs the undo calls when it goes out of scope, unless the unit has committed; declared before
  // the lease, so it acts after the session was given back, on every way out.
  struct Aftermath {
    Parts parts{};
    Calls undo{};
    Calls then{};
    bool committed{};
    Aftermath() = default;
    Aftermath(const Aftermath&) = delete;
    Aftermath& operator=(const Aftermath&) = delete;

    ~Aftermath() {
      if (!committed) std::ranges::reverse(undo);
      for (const auto& call : committed ? then : undo)
        call();
    }
  };

  Try try_once() {
    Aftermath aftermath;
    const bool queued = access_ != Access::Read && pool_.backend() == Backend::Sqlite;
    auto& state = *pool_.state_;
    if (!queued) return with_session(aftermath);
    if (!state.writer.enter(std::chrono::steady_clock::now() + state.lease_timeout))
      return {failure(Errc::TimedOut, what_ + ": too many writers wait for the database")};
    const GatePass pass{state.writer};
    return with_session(aftermath);
  }

  Try with_session(Aftermath& aftermath) {
    auto lease = pool_.lease();
    if (!lease) return {tl::unexpected(lease.error().in(what_))};
    auto& slot = pool_.state_->slots[lease->slot_];
    slot.suspect = true;  // until the end is known: the body may leave by an exception
    const ErrorWatch watch;
    Session session{lease->sql(), pool_.backend(), pool_.state_->clock,
                    pool_.backend() == Backend::Sqlite ? &slot.statements : nullptr};
    const CollectCalls collect{session, aftermath};
    const OpenUnit open{pool_, session, access_, aftermath.parts};
    Try tried = transact(session, watch, open);
    slot.suspect = watch.any();
    aftermath.committed = tried.status.has_value();
    // A reader's transaction is ended by the lease: a rollback is as good as a commit.
    slot.clean = aftermath.committed && access_ != Access::Read;
    return tried;
  }

  // Moves the calls the body asked for out of the session, whichever way the body ended.
  struct CollectCalls {
    Session& session;
    Aftermath& aftermath;

    CollectCalls(Session& from, Aftermath& to) : session(from), aftermath(to) {}

    CollectCalls(const CollectCalls&) = delete;
    CollectCalls& operator=(const CollectCalls&) = delete;

    ~CollectCalls() {
      aftermath.undo = std::move(session.undo_);
      aftermath.then = std::move(session.then_);
    }
  };

  Try transact(Session& session, const ErrorWatch& watch, const OpenUnit& open) {
    try {
      begin(session, access_);
      Status status = body_(session);
      // MySQL has rolled back the whole transaction by itself: what came after a deadlock must not
      // be committed alone, whatever the body thinks.
      if ((watch.retryable() || open.is_broken()) && status)
        status = tl::unexpected(passed_over(what_));
      if (!status) return {std::move(status), watch.retryable()};
    } catch (const soci::soci_error& thrown) {
      Error error = as_error(thrown, what_);
      return {tl::unexpected(std::move(error)), watch.retryable()};
    }
    if (access_ != Access::Read) return commit(session, watch);
    if (!has_written(session.sql(), pool_.backend())) return {};
    return {failure(Errc::Invalid, what_ + ": wrote in a unit of work that only reads; undone")};
  }

  Try commit(Session& session, const ErrorWatch& watch) {
    try {
      crash_point("before commit", what_);
      session.sql() << "COMMIT";
      crash_point("after commit", what_);
      return {};
    } catch (const soci::soci_error& thrown) {
      const Error error = as_error(thrown, what_);
      if (!leaves_commit_unknown(thrown)) return {tl::unexpected(error), watch.retryable()};
      return {failure(Errc::Unavailable, what_ + ": commit outcome unknown: " + error.message)};
    }
  }

  Pool& pool_;
  Access access_;
  std::string what_;
  const std::function<Status(Session&)>& body_;
};

Status run_unit(Pool& pool, Access access, std::string_view what,
                const std::function<Status(Session&)>& body) {
  if (OpenUnit* open = OpenUnit::find(pool); open != nullptr) {
    if (open->takes_parts() && access != Access::Together) return open->run_part(what, body);
    return failure(Errc::Invalid,
                   std::string{what} + ": a unit of work was started inside another one");
  }
  return Unit{pool, access, what, body}.run();
}

}  // namespace switchyard::db
