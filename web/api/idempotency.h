// Idempotency-Key (draft-ietf-httpapi-idempotency-key-header-07): a POST that is sent again gets
// the first answer again. Kept 24 hours per principal.
#pragma once

#include "core/clock.h"
#include "core/result.h"

#include <atomic>
#include <optional>
#include <string>

namespace switchyard::db {
class Pool;
class Session;
}  // namespace switchyard::db

namespace switchyard::web::api {

struct StoredAnswer {
  int status{};
  std::string location{};
  std::string etag{};
  std::string body{};
};

struct IdempotencyKey {
  std::string principal{};
  std::string key{};
  std::string fingerprint{};  // of method, path, query and body
};

// Both run inside the unit of work of the request itself (db::write_together), so that the effect
// and the record of its answer are there together or not at all, whenever the process dies.

// Nothing: it is the first time, the caller goes on and ends with keep_answer(). An answer: replay
// it. Invalid: the key was used for another request. Whoever comes while the first one still runs
// waits for the end of its unit.
[[nodiscard]] Result<std::optional<StoredAnswer>> take_key(db::Session& session,
                                                           const IdempotencyKey& key,
                                                           Timestamp now);
void keep_answer(db::Session& session, const IdempotencyKey& key, const StoredAnswer& answer);

// Forgets old answers now and then. Thread-safe.
class IdempotencySweeper {
 public:
  IdempotencySweeper(db::Pool& pool, const Clock& clock) : pool_(pool), clock_(clock) {}

  void sweep_when_due();

 private:
  db::Pool& pool_;
  const Clock& clock_;
  std::atomic<long long> next_{0};
};

}  // namespace switchyard::web::api
