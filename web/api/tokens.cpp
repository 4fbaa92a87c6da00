#include "web/api/tokens.h"

#include "core/db/query.h"
#include "core/db/transaction.h"
#include "core/id.h"
#include "core/log.h"
#include "web/api/authorise.h"

#include <unistd.h>

#include <array>

namespace switchyard::web::api {
namespace {

using Row = std::tuple<std::string, std::string, std::string, std::string, std::string, std::string,
                       long long, std::string, long long, long long, long long, long long>;

const std::string kColumns =
    "SELECT id, name, role, scopes, project, secret_hash, created, created_by, expires, last_used, "
    "revoked, version FROM api_tokens ";

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words)
    text += (text.empty() ? "" : " ") + word;
  return text;
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> words;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto end = std::min(text.find(' ', at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

Token to_token(const Row& row) {
  Token token;
  token.id = std::get<0>(row);
  token.name = std::get<1>(row);
  token.role = parse_role(std::get<2>(row)).value_or(Role::Viewer);
  token.scopes = split(std::get<3>(row));
  token.project = std::get<4>(row);
  token.created = from_micros(std::get<6>(row));
  token.created_by = std::get<7>(row);
  token.expires = from_micros(std::get<8>(row));
  token.last_used = from_micros(std::get<9>(row));
  token.revoked = from_micros(std::get<10>(row));
  token.version = std::get<11>(row);
  return token;
}

template <class... Parameters>
std::vector<Row> select_rows(db::Session& session, const std::string& where,
                             const Parameters&... parameters) {
  return db::select<std::string, std::string, std::string, std::string, std::string, std::string,
                    long long, std::string, long long, long long, long long, long long>(
      session, kColumns + where, parameters...);
}

struct TokenText {
  std::string id{};
  std::string secret{};
};

// "Bearer swy_<16 characters>_<64 hex>", scheme without case (RFC 9110 11.1).
std::optional<TokenText> parse_authorization(std::string_view value) {
  constexpr std::string_view kScheme = "bearer ";
  constexpr std::string_view kPrefix = "swy_";
  if (value.size() < kScheme.size() || value.size() > 256) return std::nullopt;
  if (!edge::equal_without_case(value.substr(0, kScheme.size()), kScheme)) return std::nullopt;
  value.remove_prefix(kScheme.size());
  if (!value.starts_with(kPrefix)) return std::nullopt;
  value.remove_prefix(kPrefix.size());
  const auto mark = value.find('_');
  if (mark == std::string_view::npos) return std::nullopt;
  return TokenText{"tok-" + std::string(value.substr(0, mark)),
                   std::string(value.substr(mark + 1))};
}

tl::unexpected<Error> not_a_token() {
  return failure(Errc::Rejected, "the bearer token is not valid, expired or revoked");
}

std::string local_admin_name() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return "local-admin@" + std::string(host.data());
}

}  // namespace

std::string TokenStore::hash(const std::string& id, std::string_view secret) const {
  return keys_.mac("token", id + ":" + std::string(secret));
}

Result<NewToken> TokenStore::create(Token wanted) {
  wanted.created = clock_.now();
  wanted.id = new_id("tok", wanted.created);
  wanted.version = 1;
  const std::string secret = random_hex(32);
  const std::string digest = hash(wanted.id, secret);
  const std::string role(to_string(wanted.role));
  const std::string scopes = joined(wanted.scopes);
  const auto stored = db::write(pool_, "create token", [&](db::Session& session) -> Status {
    db::execute(session,
                "INSERT INTO api_tokens (id, name, role, scopes, project, secret_hash, created, "
                "created_by, expires, last_used, revoked, version) VALUES (:id, :name, :role, "
                ":scopes, :project, :hash, :created, :by, :expires, 0, 0, 1)",
                wanted.id, wanted.name, role, scopes, wanted.project, digest,
                to_micros(wanted.created), wanted.created_by, to_micros(wanted.expires));
    return {};
  });
  if (!stored) return tl::unexpected(stored.error());
  const std::string bare = wanted.id.substr(4);
  return NewToken{std::move(wanted), Secret("swy_" + bare + "_" + secret)};
}

Result<Principal> TokenStore::authenticate(std::string_view authorization) {
  const auto text = parse_authorization(authorization);
  if (!text) return not_a_token();
  const auto rows =
      db::read(pool_, "find token", [&](db::Session& session) -> Result<std::vector<Row>> {
        return select_rows(session, "WHERE id = :id", text->id);
      });
  if (!rows) return tl::unexpected(rows.error());
  // An unknown id costs the same work as a wrong secret.
  const std::string known = rows->empty() ? std::string(64, '0') : std::get<5>(rows->front());
  if (!equal_secrets(hash(text->id, text->secret), known) || rows->empty()) return not_a_token();
  const Token token = to_token(rows->front());
  const bool expired = to_micros(token.expires) != 0 && token.expires <= clock_.now();
  if (expired || to_micros(token.revoked) != 0) return not_a_token();
  note_use(token);
  return Principal{.id = token.id,
                   .name = token.name,
                   .role = token.role,
                   .project = token.project,
                   .scopes = token.scopes};
}

// At most once a minute: a write for each request would make reading as dear as writing.
void TokenStore::note_use(const Token& token) {
  const Timestamp now = clock_.now();
  const long long enough = to_micros(now - std::chrono::minutes(1));
  if (to_micros(token.last_used) > enough) return;
  const auto noted = db::write(pool_, "note use of token", [&](db::Session& session) -> Status {
    db::execute(session,
                "UPDATE api_tokens SET last_used = :now WHERE id = :id AND last_used <= :enough",
                to_micros(now), token.id, enough);
    return {};
  });
  if (!noted) log::warning("cannot note the use of a token", {{"token", token.id}});
}

Result<TokenPage> TokenStore::list(const std::string& after, int limit) {
  const auto rows =
      db::read(pool_, "list tokens", [&](db::Session& session) -> Result<std::vector<Row>> {
        return select_rows(
            session, "WHERE id > :after ORDER BY id LIMIT " + std::to_string(limit + 1), after);
      });
  if (!rows) return tl::unexpected(rows.error());
  TokenPage page;
  for (const Row& row : *rows) {
    if (page.items.size() == static_cast<std::size_t>(limit)) {
      page.next = page.items.back().id;
      break;
    }
    page.items.push_back(to_token(row));
  }
  return page;
}

Result<Token> TokenStore::find(const std::string& id) {
  const auto rows =
      db::read(pool_, "find token", [&](db::Session& session) -> Result<std::vector<Row>> {
        return select_rows(session, "WHERE id = :id", id);
      });
  if (!rows) return tl::unexpected(rows.error());
  if (rows->empty()) return failure(Errc::NotFound, "there is no token " + id);
  return to_token(rows->front());
}

Status TokenStore::update(const Token& changed) {
  const std::string scopes = joined(changed.scopes);
  return db::write(pool_, "change token", [&](db::Session& session) -> Status {
    const auto matched =
        db::execute(session,
                    "UPDATE api_tokens SET name = :name, scopes = :scopes, expires = :expires, "
                    "version = version + 1 WHERE id = :id AND version = :version AND revoked = 0",
                    changed.name, scopes, to_micros(changed.expires), changed.id, changed.version);
    if (matched == 0)
      return failure(Errc::Conflict, "token " + changed.id + " was changed meanwhile");
    return {};
  });
}

Status TokenStore::revoke(const std::string& id) {
  return db::write(pool_, "revoke token", [&](db::Session& session) -> Status {
    const auto matched = db::execute(session,
                                     "UPDATE api_tokens SET revoked = :now, version = version + 1 "
                                     "WHERE id = :id AND revoked = 0",
                                     to_micros(clock_.now()), id);
    if (matched == 0) return failure(Errc::NotFound, "there is no valid token " + id);
    return {};
  });
}

Status TokenStore::ensure_local_admin(const std::string& path) {
  const auto present = read_private_file(path);
  if (!present && present.error().code != Errc::NotFound) return tl::unexpected(present.error());
  if (present) {
    const auto known = authenticate("Bearer " + *present);
    if (known) return {};
    if (known.error().code != Errc::Rejected) return tl::unexpected(known.error());
  }
  const std::string name = local_admin_name();
  const auto replaced =
      db::write(pool_, "revoke lost admin token", [&](db::Session& session) -> Status {
        db::execute(session,
                    "UPDATE api_tokens SET revoked = :now, version = version + 1 "
                    "WHERE name = :name AND created_by = 'first start' AND revoked = 0",
                    to_micros(clock_.now()), name);
        return {};
      });
  if (!replaced) return replaced;
  const auto made = create({.name = name, .role = Role::Admin, .created_by = "first start"});
  if (!made) return tl::unexpected(made.error());
  log::info("made a local admin token", {{"token", made->token.id}, {"file", path}});
  return write_private_file(path, made->text.reveal() + "\n");
}

}  // namespace switchyard::web::api
