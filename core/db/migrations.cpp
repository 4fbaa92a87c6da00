#include "core/db/migrations.h"

#include "core/clock.h"
#include "core/db/error.h"
#include "core/db/schema_text.h"

#include <soci/mysql/soci-mysql.h>
#include <soci/soci.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
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

// Numbers grow; gaps are right: each room has a range of its own.
Status check_numbers(std::span<const Migration> migrations) {
  for (std::size_t i = 0; i < migrations.size(); ++i) {
    if (migrations[i].number <= (i == 0 ? 0 : migrations[i - 1].number))
      return failure(Errc::Invalid, title(migrations[i]) + " is out of order: numbers must grow");
  }
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

using Applied = std::map<int, std::string>;  // number -> name

Result<Applied> read_applied(soci::session& sql) {
  try {
    Applied applied;
    int number = 0;
    std::string name;
    soci::statement rows = (sql.prepare << "SELECT number, name FROM schema_version",
                            soci::into(number), soci::into(name));
    rows.execute(false);
    while (rows.fetch())
      applied[number] = name;
    return applied;
  } catch (const soci::soci_error& thrown) {
    return tl::unexpected(as_error(thrown, "read the schema version"));
  }
}

// One this program does not have comes from a newer one; a number that was given to something else
// means this schema was made by another branch.
Status check_applied(const Applied& applied, std::span<const Migration> migrations) {
  for (const auto& [number, name] : applied) {
    const auto known = std::ranges::find(migrations, number, &Migration::number);
    if (known == migrations.end()) {
      return failure(Errc::Invalid, "the database has schema " + std::to_string(number) + " (" +
                                        name +
                                        "), which this program does not know: start the "
                                        "newer program on it");
    }
    if (known->name != name) {
      return failure(Errc::Invalid,
                     title(*known) + ": the database was made with '" + name + "' instead");
    }
  }
  return {};
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
    if (auto run = run_statement(sql, (*statements)[i], where); !run) return run;
  }
  return record(sql, migration);
}

Status bring_up(soci::session& sql, Backend backend, std::span<const Migration> migrations) {
  const auto table = statements_of(kVersionTable, backend);
  if (auto made = run_statement(sql, table->front(), "create schema_version"); !made) return made;
  auto applied = read_applied(sql);
  if (!applied) return tl::unexpected(applied.error());
  if (auto same = check_applied(*applied, migrations); !same) return same;
  for (const Migration& migration : migrations) {
    if (applied->contains(migration.number)) continue;
    if (auto done = apply(sql, backend, migration); !done) return done;
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
  if (auto done = bring_up(sql, Backend::Sqlite, migrations); !done) return done;
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
  Status done = bring_up(sql, Backend::Mysql, migrations);
  sql << "ROLLBACK";
  sql << "DO RELEASE_LOCK(" << kLockName << ")";
  return done;
}

}  // namespace

Status migrate(Pool& pool, std::span<const Migration> migrations) {
  if (auto ordered = check_numbers(migrations); !ordered) return ordered;
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
