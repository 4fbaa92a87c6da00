// Bearer tokens "swy_<id>_<secret>": made, checked, changed, revoked. The secret is 256 random bits
// and only its keyed hash is stored, so the database alone lets nobody in.
#pragma once

#include "core/clock.h"
#include "core/result.h"
#include "core/secret.h"
#include "web/api/call.h"
#include "web/api/keyring.h"

#include <optional>
#include <string>
#include <vector>

namespace switchyard::db {
class Pool;
}

namespace switchyard::web::api {

struct Token {
  std::string id{};
  std::string name{};
  Role role{Role::Viewer};
  std::vector<std::string> scopes{};  // empty: all of the role
  std::string project{};              // empty: all
  Timestamp created{};
  std::string created_by{};
  Timestamp expires{};    // zero: never
  Timestamp last_used{};  // zero: never; at most a minute behind
  Timestamp revoked{};    // zero: valid
  long long version{1};
};

struct NewToken {
  Token token{};
  Secret text{};  // shown once
};

struct TokenPage {
  std::vector<Token> items{};
  std::string next{};  // id to go on after, empty at the end
};

// Thread-safe; every call is one unit of work, so a revocation counts from the next request on.
class TokenStore {
 public:
  TokenStore(db::Pool& pool, const Clock& clock, const Keyring& keys)
      : pool_(pool), clock_(clock), keys_(keys) {}

  // `wanted` gives name, role, scopes, project, expires and created_by.
  [[nodiscard]] Result<NewToken> create(Token wanted);
  // Who presents this value of an Authorization header. Rejected for anything that is not a valid
  // token; the message does not say which part was wrong.
  [[nodiscard]] Result<Principal> authenticate(std::string_view authorization);
  [[nodiscard]] Result<TokenPage> list(const std::string& after, int limit);
  [[nodiscard]] Result<Token> find(const std::string& id);
  // Stores name, scopes and expires of `changed` if the row still has its version; Conflict if not.
  [[nodiscard]] Status update(const Token& changed);
  [[nodiscard]] Status revoke(const std::string& id);

  // Makes sure `path` holds a valid admin token of this controller. Made at the first start, and
  // again if the file was lost; the token it replaces is revoked.
  [[nodiscard]] Status ensure_local_admin(const std::string& path);

 private:
  [[nodiscard]] std::string hash(const std::string& id, std::string_view secret) const;
  void note_use(const Token& token);
  db::Pool& pool_;
  const Clock& clock_;
  const Keyring& keys_;
};

}  // namespace switchyard::web::api
