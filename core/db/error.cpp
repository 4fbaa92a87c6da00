#include "core/db/error.h"

#include "core/db/error_watch.h"

#include <soci/mysql/soci-mysql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <algorithm>
#include <array>
#include <string>

namespace switchyard::db {

namespace {

// MySQL and MariaDB, server and client side, facts/ecosystem.md 8.2.
constexpr unsigned kCheckRead = 1020;  // innodb_snapshot_isolation: changed since it was read
constexpr unsigned kDuplicateEntry = 1062;
constexpr unsigned kLockWaitTimeout = 1205;
constexpr unsigned kDeadlock = 1213;
constexpr std::array kConnectionLost{2002U, 2003U, 2006U, 2013U, 2055U, 1927U,
                                     1152U, 1158U, 1159U, 1160U, 1161U};
// Too many connections, server shutting down, disk full, read-only, killed, Galera not ready
// (1047).
constexpr std::array kServerUnable{1040U, 1203U, 1226U, 1053U, 1077U, 1021U,
                                   1114U, 1290U, 1836U, 1317U, 1969U, 1047U};
// Errors whose text quotes values or the statement itself; those are not for logs and clients.
constexpr std::array kQuotesValues{1064U, 1292U, 1366U, 1367U, 1411U, 1525U};

template <std::size_t N> bool is_one_of(unsigned code, const std::array<unsigned, N>& codes) {
  return std::ranges::find(codes, code) != codes.end();
}

enum class Kind { Duplicate, TryAgain, ConnectionLost, Unable, Mistake };

Kind mysql_kind(unsigned code) {
  if (code == kDuplicateEntry) return Kind::Duplicate;
  if (code == kDeadlock || code == kLockWaitTimeout || code == kCheckRead) return Kind::TryAgain;
  if (is_one_of(code, kConnectionLost)) return Kind::ConnectionLost;
  if (is_one_of(code, kServerUnable)) return Kind::Unable;
  return Kind::Mistake;
}

Kind sqlite_kind(int code) {
  switch (code) {  // extended codes: switched on in connect.cpp
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID: return Kind::Duplicate;
    default: break;
  }
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return Kind::TryAgain;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
    case SQLITE_CANTOPEN:
    case SQLITE_INTERRUPT:
    case SQLITE_PROTOCOL: return Kind::Unable;
    default: return Kind::Mistake;
  }
}

Kind kind_of(const soci::soci_error& thrown) {
  if (const auto* mysql = dynamic_cast<const soci::mysql_soci_error*>(&thrown))
    return mysql_kind(mysql->err_num_);
  if (const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&thrown))
    return sqlite_kind(sqlite->result());
  return Kind::Mistake;
}

// What the database said. Not what(): that adds the statement and the values bound to it.
std::string said_by_database(const soci::soci_error& thrown) {
  const auto* mysql = dynamic_cast<const soci::mysql_soci_error*>(&thrown);
  if (mysql == nullptr) return thrown.get_error_message();
  std::string code = "MySQL error " + std::to_string(mysql->err_num_);
  if (is_one_of(mysql->err_num_, kQuotesValues)) return code;
  return code + ": " + thrown.get_error_message();
}

thread_local ErrorWatch* innermost_watch = nullptr;

}  // namespace

ErrorWatch::ErrorWatch() : outer_(innermost_watch) { innermost_watch = this; }

ErrorWatch::~ErrorWatch() { innermost_watch = outer_; }

void note(const soci::soci_error& thrown) {
  if (innermost_watch == nullptr) return;
  const Kind kind = kind_of(thrown);
  innermost_watch->any_ |= kind != Kind::Duplicate;
  innermost_watch->retryable_ |= kind == Kind::TryAgain || kind == Kind::ConnectionLost;
}

bool leaves_commit_unknown(const soci::soci_error& thrown) {
  const Kind kind = kind_of(thrown);
  if (kind == Kind::ConnectionLost) return true;
  // SQLite could not sync its log: recovery after a power cut may still find the commit in it.
  const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&thrown);
  if (sqlite != nullptr) return (sqlite->result() & 0xff) == SQLITE_IOERR;
  return kind == Kind::Unable;
}

Error as_error(const soci::soci_error& thrown, std::string_view what) {
  note(thrown);
  const std::string object{what};
  switch (kind_of(thrown)) {
    case Kind::Duplicate: return {Errc::Conflict, object + ": exists already"};
    case Kind::TryAgain:
      return {Errc::Unavailable,
              object + ": the database is busy (" + said_by_database(thrown) + ")"};
    case Kind::ConnectionLost:
      return {Errc::Unavailable, object + ": the connection to the database is lost (" +
                                     said_by_database(thrown) + ")"};
    case Kind::Unable:
      return {Errc::Unavailable,
              object + ": the database cannot do it now (" + said_by_database(thrown) + ")"};
    case Kind::Mistake: break;
  }
  return {Errc::Invalid, object + ": the database refused (" + said_by_database(thrown) + ")"};
}

bool is_retryable(const soci::soci_error& thrown) {
  note(thrown);
  const Kind kind = kind_of(thrown);
  return kind == Kind::TryAgain || kind == Kind::ConnectionLost;
}

bool is_duplicate_key(const soci::soci_error& thrown) {
  note(thrown);
  return kind_of(thrown) == Kind::Duplicate;
}

}  // namespace switchyard::db
