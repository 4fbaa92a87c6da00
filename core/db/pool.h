// The only door to the database: a bounded pool of SOCI sessions on SQLite or MySQL/MariaDB.
#pragma once

#include "core/clock.h"
#include "core/result.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace soci {
class session;
}

namespace switchyard::db {

class Statements;

enum class Backend { Sqlite, Mysql };

// One connection inside one unit of work. Used by one thread at a time.
class Session {
 public:
  Session(soci::session& sql, Backend backend, const Clock* clock = nullptr,
          Statements* statements = nullptr)
      : sql_(&sql), backend_(backend), clock_(clock), statements_(statements) {}

  [[nodiscard]] soci::session& sql() { return *sql_; }

  [[nodiscard]] Backend backend() const { return backend_; }

  // Where prepared statements are kept; nullptr where keeping them gains nothing (SOCI's MySQL has
  // none, and would keep their results).
  [[nodiscard]] Statements* statements() const { return statements_; }

  // " FOR UPDATE" on MySQL, "" on SQLite (whose writers are serial already).
  [[nodiscard]] const char* for_update() const;
  // How a BINARY(16) key bound as std::string is written in SQL text: ":name" on MySQL,
  // "CAST(:name AS BLOB)" on SQLite (facts/ecosystem.md 8.1).
  [[nodiscard]] std::string key(const std::string& name) const;

  // The database's time in microseconds UTC, as an SQL expression: what controllers compare with
  // each other (leases, when something is due) must not depend on the clock of one of them. To the
  // millisecond on SQLite.
  [[nodiscard]] std::string now_sql() const;

  // The clock that stands for the database's in tests.
  [[nodiscard]] const Clock* clock() const { return clock_; }

  // Called once if this unit of work does not commit (failure, exception, retry), so that memory
  // that ran ahead of the database can be put back. Never called after a known commit; it is called
  // when the outcome of the commit is unknown. Runs last added first, after the session was given
  // back, and must not throw. In a part of write_together() it is called when the part is taken
  // back.
  void on_rollback(std::function<void()> undo) { undo_.push_back(std::move(undo)); }

  // Called once after this unit of work has committed (e.g. to wake a waiting thread), when the
  // session was given back: it may start a unit of its own. Must not throw.
  void on_commit(std::function<void()> then) { then_.push_back(std::move(then)); }

 private:
  friend class Unit;
  friend class OpenUnit;
  void adopt_calls(Session& part);
  void call_undo();

  soci::session* sql_;
  Backend backend_;
  const Clock* clock_;
  Statements* statements_;
  std::vector<std::function<void()>> undo_{};
  std::vector<std::function<void()>> then_{};
};

struct PoolOptions {
  std::string
      url{};  // sqlite:///var/lib/switchyard/state.db or mysql://user:password@host:port/name
              // (core/db/url.h; mysql: ?socket=/path is understood)
  std::size_t size{8};                              // sessions held open
  std::chrono::milliseconds lease_timeout{10'000};  // how long to wait for a free session
  const Clock* clock{};                             // instead of the database's own, in tests
};

class Pool;

// A session lent to the holder. Rolls back what is still open when it goes out of scope.
class Lease {
 public:
  Lease(Pool& pool, std::size_t slot) : pool_(&pool), slot_(slot) {}

  Lease(Lease&& other) noexcept;
  Lease& operator=(Lease&&) = delete;
  ~Lease();
  [[nodiscard]] soci::session& sql();

 private:
  friend class Unit;
  Pool* pool_;
  std::size_t slot_;
};

// Thread-safe. Reconnects a MySQL session that was lost and applies its settings again.
class Pool {
 public:
  // Unavailable when the server cannot be reached, Invalid when the URL is not understood.
  [[nodiscard]] static Result<std::unique_ptr<Pool>> open(const PoolOptions& options);
  ~Pool();

  [[nodiscard]] Backend backend() const;
  // TimedOut when every session stays busy for lease_timeout, Unavailable when a lost session
  // cannot be opened again. Waiters are served in the order they came. Outside of core only for
  // tests and migrations: everything else uses write() and read() of transaction.h.
  [[nodiscard]] Result<Lease> lease();

 private:
  friend class Lease;
  friend class Unit;
  struct State;
  explicit Pool(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace switchyard::db
