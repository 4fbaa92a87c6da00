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
}

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

// Thread-safe.
class IdempotencyStore {
 public:
  IdempotencyStore(db::Pool& pool, const Clock& clock) : pool_(pool), clock_(clock) {}

  // Nothing: it is the first time, the caller goes on and must call finish() or forget(). An
  // answer: replay it. Conflict: the first one is still running. Invalid: the key was used for
  // another request.
  [[nodiscard]] Result<std::optional<StoredAnswer>> begin(const IdempotencyKey& key);
  [[nodiscard]] Status finish(const IdempotencyKey& key, const StoredAnswer& answer);
  [[nodiscard]] Status forget(const IdempotencyKey& key);

 private:
  void sweep(Timestamp now);
  db::Pool& pool_;
  const Clock& clock_;
  std::atomic<long long> next_sweep_{0};
};

}  // namespace switchyard::web::api
