#include "web/api/schema.h"

#include <array>

namespace switchyard::web::api {
namespace {

// Of a secret only the keyed hash is kept. Zero times mean "never".
constexpr std::string_view kTokens = R"sql(
CREATE TABLE IF NOT EXISTS api_tokens (
  id {name} NOT NULL PRIMARY KEY, name {name} NOT NULL, role {name} NOT NULL, scopes {text} NOT NULL,
  project {name} NOT NULL, secret_hash {name} NOT NULL, created {big} NOT NULL,
  created_by {name} NOT NULL, expires {big} NOT NULL, last_used {big} NOT NULL,
  revoked {big} NOT NULL, version {big} NOT NULL
) {table}
)sql";

// status 0: the first request is still running.
constexpr std::string_view kIdempotency = R"sql(
CREATE TABLE IF NOT EXISTS idempotency_keys (
  principal {name} NOT NULL, idempotency_key {name} NOT NULL, fingerprint {name} NOT NULL,
  status INT NOT NULL, location {text} NOT NULL, etag {text} NOT NULL, body {text} NOT NULL,
  created {big} NOT NULL, PRIMARY KEY (principal, idempotency_key)
) {table}
;
CREATE INDEX idempotency_keys_created ON idempotency_keys (created)
)sql";

constexpr std::array kMigrations{
    db::Migration{300, "API tokens", kTokens},
    db::Migration{301, "idempotency keys", kIdempotency},
};

}  // namespace

std::span<const db::Migration> migrations() { return kMigrations; }

}  // namespace switchyard::web::api
