#include "provisioner/store/phone_homes.h"

#include "core/db/query.h"
#include "core/digest.h"
#include "core/id.h"

#include <chrono>

namespace switchyard::provisioner {

namespace {

constexpr std::size_t kTokenBytes = 32;  // 256 random bits: the digest alone lets nobody in
// Longer than an install, the flip of the ports and the first boot may take together.
constexpr std::chrono::microseconds kTokenLife = std::chrono::hours(3);

}  // namespace

Secret make_phone_home_token(db::Session& session, const std::string& operation) {
  const Secret token(random_hex(kTokenBytes));
  db::execute(session, "DELETE FROM phone_homes WHERE operation = :o", operation);
  db::execute(session,
              "INSERT INTO phone_homes (operation, token_hash, token_until, heard, report) "
              "VALUES (:o, :t, " +
                  session.now_sql() + " + :l, 0, '')",
              operation, sha256_hex(token.reveal()), static_cast<long long>(kTokenLife.count()));
  return token;
}

// It ends with the statement that finds it, so it works once whoever else uses it.
std::optional<std::string> use_phone_home_token(db::Session& session, const Secret& token) {
  if (token.empty()) return std::nullopt;
  const std::string hash = sha256_hex(token.reveal());
  const auto row = db::select_one<std::string>(
      session, "SELECT operation FROM phone_homes WHERE token_hash = :t", hash);
  if (!row) return std::nullopt;
  const long long used = db::execute(
      session,
      "UPDATE phone_homes SET token_hash = '', heard = " + session.now_sql() +
          " WHERE operation = :o AND token_hash = :t AND token_until > " + session.now_sql(),
      std::get<0>(*row), hash);
  if (used != 1) return std::nullopt;
  return std::get<0>(*row);
}

void keep_phone_home(db::Session& session, const std::string& operation,
                     const std::string& report) {
  db::execute(session, "UPDATE phone_homes SET report = :r WHERE operation = :o", report,
              operation);
}

}  // namespace switchyard::provisioner
