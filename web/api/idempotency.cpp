#include "web/api/idempotency.h"

#include "core/db/error.h"
#include "core/db/query.h"
#include "core/db/transaction.h"
#include "core/log.h"

namespace switchyard::web::api {
namespace {

constexpr std::chrono::hours kKept{24};
constexpr std::chrono::minutes kSweepEvery{10};

struct Known {
  std::string fingerprint{};
  StoredAnswer answer{};
  Timestamp created{};
};

std::optional<Known> find_key(db::Session& session, const IdempotencyKey& key) {
  const auto row =
      db::select_one<std::string, int, std::string, std::string, std::string, long long>(
          session,
          std::string(
              "SELECT fingerprint, status, location, etag, body, created FROM idempotency_keys "
              "WHERE principal = :principal AND idempotency_key = :key") +
              session.for_update(),
          key.principal, key.key);
  if (!row) return std::nullopt;
  const auto& [fingerprint, status, location, etag, body, created] = *row;
  return Known{fingerprint, {status, location, etag, body}, from_micros(created)};
}

// False when another unit was faster; on MySQL it has waited for the end of that unit.
bool insert_key(db::Session& session, const IdempotencyKey& key, Timestamp now) {
  try {
    db::execute(
        session,
        "INSERT INTO idempotency_keys (principal, idempotency_key, fingerprint, status, location, "
        "etag, body, created) VALUES (:principal, :key, :fingerprint, 0, '', '', '', :now)",
        key.principal, key.key, key.fingerprint, to_micros(now));
    return true;
  } catch (const soci::soci_error& thrown) {
    if (!db::is_duplicate_key(thrown)) throw;
    return false;
  }
}

}  // namespace

Result<std::optional<StoredAnswer>> take_key(db::Session& session, const IdempotencyKey& key,
                                             Timestamp now) {
  auto known = find_key(session, key);
  if (known && now - known->created > kKept) {
    db::execute(session,
                "DELETE FROM idempotency_keys WHERE principal = :principal AND idempotency_key = "
                ":key",
                key.principal, key.key);
    known.reset();
  }
  if (!known) {
    if (insert_key(session, key, now)) return std::optional<StoredAnswer>{};
    known = find_key(session, key);
    if (!known) return failure(Errc::Unavailable, "the Idempotency-Key was given up; try again");
  }
  if (known->fingerprint != key.fingerprint)
    return failure(Errc::Invalid, "this Idempotency-Key was used for another request");
  return std::optional(std::move(known->answer));
}

void keep_answer(db::Session& session, const IdempotencyKey& key, const StoredAnswer& answer) {
  db::execute(
      session,
      "UPDATE idempotency_keys SET status = :status, location = :location, etag = :etag, body = "
      ":body WHERE principal = :principal AND idempotency_key = :key",
      answer.status, answer.location, answer.etag, answer.body, key.principal, key.key);
}

void IdempotencySweeper::sweep_when_due() {
  const Timestamp now = clock_.now();
  long long due = next_;
  if (to_micros(now) < due) return;
  if (!next_.compare_exchange_strong(due, to_micros(now + kSweepEvery))) return;
  const auto swept =
      db::write(pool_, "forget old idempotency keys", [&](db::Session& session) -> Status {
        db::execute(session, "DELETE FROM idempotency_keys WHERE created < :old",
                    to_micros(now - kKept));
        return {};
      });
  if (!swept)
    log::warning("cannot forget old idempotency keys", {{"error", swept.error().message}});
}

}  // namespace switchyard::web::api
