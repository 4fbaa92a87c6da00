#include "web/api/idempotency.h"

#include "core/db/query.h"
#include "core/db/transaction.h"
#include "core/log.h"

namespace switchyard::web::api {
namespace {

constexpr std::chrono::hours kKept{24};
// A request that has run for so long died with its controller: the next one may take its place.
constexpr std::chrono::minutes kAbandoned{2};
constexpr std::chrono::minutes kSweepEvery{10};

using Found =
    std::optional<std::tuple<std::string, int, std::string, std::string, std::string, long long>>;

Status insert(db::Session& session, const IdempotencyKey& key, long long now) {
  db::execute(
      session,
      "INSERT INTO idempotency_keys (principal, idempotency_key, fingerprint, status, location, "
      "etag, body, created) VALUES (:principal, :key, :fingerprint, 0, '', '', '', :now)",
      key.principal, key.key, key.fingerprint, now);
  return {};
}

}  // namespace

void IdempotencyStore::sweep(Timestamp now) {
  long long due = next_sweep_;
  if (to_micros(now) < due) return;
  if (!next_sweep_.compare_exchange_strong(due, to_micros(now + kSweepEvery))) return;
  const auto swept =
      db::write(pool_, "forget old idempotency keys", [&](db::Session& session) -> Status {
        db::execute(session, "DELETE FROM idempotency_keys WHERE created < :old",
                    to_micros(now - kKept));
        return {};
      });
  if (!swept)
    log::warning("cannot forget old idempotency keys", {{"error", swept.error().message}});
}

Result<std::optional<StoredAnswer>> IdempotencyStore::begin(const IdempotencyKey& key) {
  using Answer = std::optional<StoredAnswer>;
  const Timestamp now = clock_.now();
  sweep(now);
  auto begun =
      db::write(pool_, "take idempotency key", [&](db::Session& session) -> Result<Answer> {
        const Found found = db::select_one<std::string, int, std::string, std::string, std::string,
                                           long long>(
            session,
            std::string(
                "SELECT fingerprint, status, location, etag, body, created FROM idempotency_keys "
                "WHERE principal = :principal AND idempotency_key = :key") +
                session.for_update(),
            key.principal, key.key);
        if (!found) {
          const auto inserted = insert(session, key, to_micros(now));
          if (!inserted) return tl::unexpected(inserted.error());
          return Answer{};
        }
        const auto& [fingerprint, status, location, etag, body, created] = *found;
        const auto age = now - from_micros(created);
        if (age > kKept || (status == 0 && age > kAbandoned)) {
          db::execute(session,
                      "DELETE FROM idempotency_keys WHERE principal = :principal AND "
                      "idempotency_key = :key",
                      key.principal, key.key);
          const auto inserted = insert(session, key, to_micros(now));
          if (!inserted) return tl::unexpected(inserted.error());
          return Answer{};
        }
        if (fingerprint != key.fingerprint)
          return failure(Errc::Invalid, "this Idempotency-Key was used for another request");
        if (status == 0)
          return failure(Errc::Conflict,
                         "the first request with this Idempotency-Key is still running");
        return Answer{StoredAnswer{status, location, etag, body}};
      });
  // Two at once on MySQL: the loser of the insert meets the winner's row.
  if (!begun && begun.error().code == Errc::Conflict)
    return failure(Errc::Conflict, "the first request with this Idempotency-Key is still running");
  return begun;
}

Status IdempotencyStore::finish(const IdempotencyKey& key, const StoredAnswer& answer) {
  return db::write(pool_, "store answer for idempotency key", [&](db::Session& session) -> Status {
    db::execute(
        session,
        "UPDATE idempotency_keys SET status = :status, location = :location, etag = :etag, body = "
        ":body WHERE principal = :principal AND idempotency_key = :key",
        answer.status, answer.location, answer.etag, answer.body, key.principal, key.key);
    return {};
  });
}

Status IdempotencyStore::forget(const IdempotencyKey& key) {
  return db::write(pool_, "forget idempotency key", [&](db::Session& session) -> Status {
    db::execute(
        session,
        "DELETE FROM idempotency_keys WHERE principal = :principal AND idempotency_key = :key",
        key.principal, key.key);
    return {};
  });
}

}  // namespace switchyard::web::api
