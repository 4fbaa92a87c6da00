#include "core/db/migrations.h"

#include "core/clock.h"
#include "core/db/error.h"
#include "core/db/schema_text.h"

#include <soci/mysql/soci-mysql.h>
#include <soci/soci.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <thread>

namespace switchyard::db {

namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::chrono::seconds kLockDeadline{120};
constexpr std::chrono::milliseconds kLockPause{20};

constexpr std::string_view kVersionTable =
    "CREATE TABLE IF NOT EXISTS schema_version ("
    "number {big} NOT NULL PRIMARY KEY, name {name} NOT NULL, applied_at {big} NOT NULL) {table}";

std::string title(const Migration& migration) {
  return "migration " + std::to_string(migration.number) + " (" + std::string{migration.name} + ")";
}

Status check_numbers(std::span<const Migration> migrations) {
  int expected = 1;
  for (const Migration& migration : migrations)
    if (migration.number != expected++)
      return failure(Errc::Invalid,
                     title(migration) + " should have the number " + std::to_string(expected - 1));
  return {};
}

// MySQL commits each schema change by itself, so a migration that was cut short is run again from
// its top; what it has made already answers one of these: table, column, key exists, key does not.
bool is_done_already(const soci::soci_error& thrown) {
  constexpr std::array kDone{1050U, 1060U, 1061U, 1091U};
  const auto* mysql = dynamic_cast<const soci::mysql_soci_error*>(&thrown);
  return mysql != nullptr && std::ranges::find(kDone, mysql->err_num_) != kDone.end();
}

Status run_statement(soci::session& sql, const std::string& statement, const std::string& where) {
  try {
    sql << statement;
    return {};
  } catch (const soci::soci_error& thrown) {
    if (is_done_already(thrown)) return {};
    return tl::unexpected(as_error(thrown, where));
  }
}

Result<int> newest_applied(soci::session& sql) {
  try {
    int newest = 0;
    soci::indicator state = soci::i_null;
    sql << "SELECT MAX(number) FROM schema_version", soci::into(newest, state);
    return state == soci::i_ok ? newest : 0;
  } catch (const soci::soci_error& thrown) {
    return tl::unexpected(as_error(thrown, "read the schema version"));
  }
}

// A number that was given to something else elsewhere means this schema was made by another branch.
Status check_names(soci::session& sql, std::span<const Migration> migrations) {
  try {
    for (const Migration& migration : migrations) {
      std::string name;
      sql << "SELECT name FROM schema_version WHERE number = :number", soci::into(name),
          soci::use(migration.number, "number");
      if (sql.got_data() && name != migration.name)
        return failure(Errc::Invalid,
                       title(migration) + ": the database was made with '" + name + "' instead");
    }
    return {};
  } catch (const soci::soci_error& thrown) {
    return tl::unexpected(as_error(thrown, "read the schema version"));
  }
}

Status record(soci::session& sql, const Migration& migration) {
  try {
    const std::string name{migration.name};
    const long long now = to_micros(SystemClock{}.now());
    sql << "INSERT INTO schema_version (number, name, applied_at) VALUES (:number, :name, :now)",
        soci::use(migration.number, "number"), soci::use(name, "name"), soci::use(now, "now");
    return {};
  } catch (const soci::soci_error& thrown) {
    // On Galera the lock is the node's own: another node may have recorded it first, which is as
    // good.
    if (is_duplicate_key(thrown)) return {};
    return tl::unexpected(as_error(thrown, title(migration)));
  }
}

Status apply(soci::session& sql, Backend backend, const Migration& migration) {
  const auto statements = statements_of(migration.sql, backend);
  if (!statements) return tl::unexpected(statements.error().in(title(migration)));
  for (std::size_t i = 0; i < statements->size(); ++i) {
    const std::string where = title(migration) + ", statement " + std::to_string(i + 1);
    if (const auto run = run_statement(sql, (*statements)[i], where); !run) return run;
  }
  return record(sql, migration);
}

Status bring_up(soci::session& sql, Backend backend, std::span<const Migration> migrations) {
  const auto table = statements_of(kVersionTable, backend);
  if (const auto made = run_statement(sql, table->front(), "create schema_version"); !made)
    return made;
  const auto newest = newest_applied(sql);
  if (!newest) return tl::unexpected(newest.error());
  if (*newest > static_cast<int>(migrations.size()))
    return failure(Errc::Invalid, "the database has schema " + std::to_string(*newest) +
                                      ", this program knows only " +
                                      std::to_string(migrations.size()) +
                                      ": start the newer program on it");
  const auto done = static_cast<std::size_t>(*newest);
  if (const auto same = check_names(sql, migrations.first(done)); !same) return same;
  for (const Migration& migration : migrations.subspan(done)) {
    if (const auto applied = apply(sql, backend, migration); !applied) return applied;
    if (backend == Backend::Mysql) sql << "COMMIT";
  }
  return {};
}

// SQLite changes its schema inside the transaction: all migrations happen or none.
Status migrate_sqlite(soci::session& sql, std::span<const Migration> migrations, SteadyTime until) {
  for (;;) {
    try {
      sql << "BEGIN EXCLUSIVE";
      break;
    } catch (const soci::soci_error& thrown) {
      const Error error = as_error(thrown, "lock the schema");
      if (!is_transient(error.code) || std::chrono::steady_clock::now() > until)
        return tl::unexpected(error);
    }
    std::this_thread::sleep_for(kLockPause);
  }
  if (const auto done = bring_up(sql, Backend::Sqlite, migrations); !done) return done;
  sql << "COMMIT";
  return {};
}

// GET_LOCK's name is the server's, not the database's.
constexpr const char* kLockName = "CONCAT('switchyard_schema.', DATABASE())";

Status migrate_mysql(soci::session& sql, std::span<const Migration> migrations, SteadyTime until) {
  for (int locked = 0; locked != 1;) {
    if (std::chrono::steady_clock::now() > until)
      return failure(Errc::TimedOut, "lock the schema: another controller holds it for too long");
    soci::indicator state = soci::i_null;
    sql << "SELECT GET_LOCK(" << kLockName << ", 5)", soci::into(locked, state);
  }
  const Status done = bring_up(sql, Backend::Mysql, migrations);
  sql << "ROLLBACK";
  sql << "DO RELEASE_LOCK(" << kLockName << ")";
  return done;
}

}  // namespace

Status migrate(Pool& pool, std::span<const Migration> migrations) {
  if (const auto ordered = check_numbers(migrations); !ordered) return ordered;
  auto lease = pool.lease();
  if (!lease) return tl::unexpected(lease.error().in("migrate the schema"));
  const SteadyTime until = std::chrono::steady_clock::now() + kLockDeadline;
  try {
    return pool.backend() == Backend::Sqlite ? migrate_sqlite(lease->sql(), migrations, until)
                                             : migrate_mysql(lease->sql(), migrations, until);
  } catch (const soci::soci_error& thrown) {
    return tl::unexpected(as_error(thrown, "migrate the schema"));
  }
}

}  // namespace switchyard::db
