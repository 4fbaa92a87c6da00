#include "core/db/connect.h"

#include "core/db/error.h"

#include <fcntl.h>
#include <soci/mysql/soci-mysql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <system_error>

namespace switchyard::db {

namespace {

using SessionPointer = std::unique_ptr<soci::session>;

constexpr int kBusyMilliseconds = 5'000;

sqlite_api::sqlite3* sqlite_handle(soci::session& sql) {
  return static_cast<soci::sqlite3_session_backend*>(sql.get_backend())->conn_;
}

MYSQL* mysql_handle(soci::session& sql) {
  return static_cast<soci::mysql_session_backend*>(sql.get_backend())->conn_;
}

// Made by us rather than by SQLite, because it holds token hashes: nobody else may read it. The
// -wal and -shm files inherit the mode. A file that exists is never opened here: closing any
// descriptor of it would drop the POSIX locks all SQLite connections of this process have on it,
// and another process could then corrupt the database (sqlite.org/howtocorrupt.html 2.2; seen in
// tests/ipam).
Status make_private_file(const std::string& path) {
  static std::mutex one_at_a_time;  // no other thread may have it open already when we close it
  const std::lock_guard lock(one_at_a_time);
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file >= 0) {
    ::close(file);
    return {};
  }
  if (errno == EEXIST) return {};
  return failure(Errc::Unavailable, "database file " + path + ": " +
                                        std::generic_category().message(errno) +
                                        "; its directory must exist and be writable");
}

std::string setting(soci::session& sql, const std::string& query) {
  std::string value;
  soci::indicator state = soci::i_null;
  sql << query, soci::into(value, state);
  return state == soci::i_ok ? value : std::string{};
}

Result<SessionPointer> connect_sqlite(const DatabaseUrl& url) {
  if (const auto made = make_private_file(url.path); !made) return tl::unexpected(made.error());
  auto sql = std::make_unique<soci::session>(soci::sqlite3, "dbname=\"" + url.path + "\"");
  sqlite_api::sqlite3_extended_result_codes(sqlite_handle(*sql), 1);
  sqlite_api::sqlite3_busy_timeout(sqlite_handle(*sql), kBusyMilliseconds);
  const std::string mode = setting(*sql, "PRAGMA journal_mode=WAL");
  if (mode != "wal") {
    return failure(Errc::Invalid, "database file " + url.path + " cannot use a write-ahead log (" +
                                      mode + "); it must be on a local file system");
  }
  *sql << "PRAGMA synchronous=FULL";
  *sql << "PRAGMA foreign_keys=ON";
  return sql;
}

// SOCI reads 'key=value' pairs; a quoted value ends at the next quote of its kind.
std::string option(const std::string& key, const std::string& value) {
  std::string quoted = key + "='";
  for (const char c : value) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "' ";
}

std::string mysql_options(const DatabaseUrl& url) {
  std::string options = option("dbname", url.name) + option("user", url.user) +
                        "charset=utf8mb4 connect_timeout=5 read_timeout=60 write_timeout=60 ";
  if (!url.password.empty()) options += option("password", url.password.reveal());
  if (!url.tls_ca.empty()) options += option("sslca", url.tls_ca);
  if (!url.socket.empty()) return options + option("unix_socket", url.socket);
  return options + option("host", url.host) + "port=" + std::to_string(url.port);
}

// Facts/perf-reliability.md 3: Galera lost acknowledged commits of nodes that do not flush.
Status refuse_unsafe(soci::session& sql, const DatabaseUrl& url) {
  const std::string flush = setting(sql, "SELECT @@GLOBAL.innodb_flush_log_at_trx_commit");
  if (flush == "1" || url.allow_unsafe) return {};
  return failure(Errc::Invalid,
                 "database " + url.name +
                     ": the server runs with innodb_flush_log_at_trx_commit=" + flush +
                     " and can lose acknowledged commits; set it to 1, or accept the risk "
                     "with ?allow_unsafe=1");
}

bool has_variable(soci::session& sql, const std::string& name, const std::string& wanted) {
  std::string found;
  std::string value;
  sql << "SHOW VARIABLES LIKE '" + name + "'", soci::into(found), soci::into(value);
  return sql.got_data() && (wanted.empty() || value == wanted);
}

void apply_mysql_settings(soci::session& sql) {
  sql << "SET NAMES utf8mb4 COLLATE utf8mb4_bin";
  sql << "SET SESSION sql_mode='STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,"
         "NO_ZERO_IN_DATE,NO_ENGINE_SUBSTITUTION', time_zone='+00:00', innodb_lock_wait_timeout=5";
  sql << "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";
  if (has_variable(sql, "innodb_snapshot_isolation", ""))
    sql << "SET SESSION innodb_snapshot_isolation=ON";
  if (has_variable(sql, "wsrep_on", "ON")) sql << "SET SESSION wsrep_sync_wait=1";
  sql << "SET SESSION autocommit=0";
}

Result<SessionPointer> connect_mysql(const DatabaseUrl& url) {
  auto sql = std::make_unique<soci::session>(soci::mysql, mysql_options(url));
  if (const auto safe = refuse_unsafe(*sql, url); !safe) return tl::unexpected(safe.error());
  apply_mysql_settings(*sql);
  return sql;
}

std::string target(const DatabaseUrl& url) {
  if (url.backend == Backend::Sqlite) return "open database file " + url.path;
  const std::string where =
      url.socket.empty() ? url.host + ":" + std::to_string(url.port) : url.socket;
  return "connect to database " + url.name + " at " + where;
}

}  // namespace

Result<SessionPointer> connect(const DatabaseUrl& url) {
  try {
    return url.backend == Backend::Sqlite ? connect_sqlite(url) : connect_mysql(url);
  } catch (const soci::soci_error& thrown) {
    return tl::unexpected(as_error(thrown, target(url)));
  }
}

bool is_alive(soci::session& sql, Backend backend) {
  return backend == Backend::Sqlite || mysql_ping(mysql_handle(sql)) == 0;
}

bool has_written(soci::session& sql, Backend backend) {
  return backend == Backend::Sqlite &&
         sqlite_api::sqlite3_txn_state(sqlite_handle(sql), nullptr) == SQLITE_TXN_WRITE;
}

bool clean_up(soci::session& sql, Backend backend) {
  if (backend == Backend::Mysql) return mysql_rollback(mysql_handle(sql)) == 0;
  auto* handle = sqlite_handle(sql);
  for (auto* open = sqlite_api::sqlite3_next_stmt(handle, nullptr); open != nullptr;
       open = sqlite_api::sqlite3_next_stmt(handle, open)) {
    if (sqlite_api::sqlite3_stmt_busy(open) != 0) sqlite_api::sqlite3_reset(open);
  }
  const auto run = [&](const char* statement) {
    return sqlite_api::sqlite3_exec(handle, statement, nullptr, nullptr, nullptr) == SQLITE_OK;
  };
  return sqlite_api::sqlite3_get_autocommit(handle) != 0 || run("ROLLBACK");
}

}  // namespace switchyard::db
