#include "core/db/error.h"
#include "core/db/query.h"
#include "core/db/transaction.h"
#include "tests/core/database.h"
#include "tests/fakes/fake_clock.h"

#include <gmock/gmock.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <atomic>
#include <latch>
#include <stdexcept>
#include <thread>

namespace switchyard::db {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

class UnitOfWork : public DatabaseTest {
 protected:
  UnitOfWork() {
    make_schema(
        "CREATE TABLE counters (name {name} NOT NULL PRIMARY KEY, value {big} NOT NULL) {table}\n"
        ";\n"
        "INSERT INTO counters VALUES ('a', 0), ('b', 0)");
  }

  [[nodiscard]] Status add(Session& session, const std::string& name, long long amount) {
    const auto row = select_one<long long>(
        session,
        std::string{"SELECT value FROM counters WHERE name = :name"} + session.for_update(), name);
    if (!row) return failure(Errc::NotFound, "counter " + name);
    execute(session, "UPDATE counters SET value = :value WHERE name = :name",
            std::get<0>(*row) + amount, name);
    return {};
  }

  // Work that knows nothing of the larger unit it may be part of.
  [[nodiscard]] Status add_by_itself(const std::string& name, long long amount) {
    return write(*pool_, "add " + name,
                 [&](Session& session) { return add(session, name, amount); });
  }

  long long value(const std::string& name) {
    return number("SELECT value FROM counters WHERE name = '" + name + "'");
  }
};

TEST_P(UnitOfWork, LosesNoUpdateOfManyThreads) {
  constexpr int kThreads = 16, kRounds = 25;
  std::atomic<int> failures{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < kRounds; ++round) {
        const auto done =
            write(*pool_, "add", [&](Session& session) { return add(session, "a", 1); });
        if (!done) ++failures;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(value("a"), kThreads * kRounds);
}

TEST_P(UnitOfWork, SurvivesDeadlocks) {
  constexpr int kRounds = 50;
  std::atomic<int> failures{0};
  const auto work = [&](const std::string& first, const std::string& second) {
    for (int round = 0; round < kRounds; ++round) {
      const auto done = write(*pool_, "transfer", [&](Session& session) -> Status {
        if (auto one = add(session, first, 1); !one) return one;
        return add(session, second, 1);
      });
      if (!done) ++failures;
    }
  };
  { const std::jthread forth{work, "a", "b"}, back{work, "b", "a"}; }
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(value("a") + value("b"), 4 * kRounds);
}

TEST_P(UnitOfWork, RollsBackWhatAnErrorLeftBehind) {
  const auto done = write(*pool_, "add", [&](Session& session) -> Status {
    execute(session, "UPDATE counters SET value = 7");
    return failure(Errc::NotFound, "nothing there");
  });
  EXPECT_EQ(done.error(), (Error{Errc::NotFound, "nothing there"}));
  EXPECT_EQ(value("a"), 0);
}

TEST_P(UnitOfWork, RollsBackOnAForeignException) {
  EXPECT_THROW((void)write(*pool_, "add",
                           [&](Session& session) -> Status {
                             execute(session, "UPDATE counters SET value = 7");
                             throw std::runtime_error("no");
                           }),
               std::runtime_error);
  EXPECT_EQ(value("a"), 0);
}

TEST_P(UnitOfWork, TurnsAnEscapedDuplicateKeyIntoConflict) {
  const auto done = write(*pool_, "make counter a", [&](Session& session) -> Status {
    execute(session, "INSERT INTO counters VALUES ('a', 1)");
    return {};
  });
  EXPECT_EQ(done.error(), (Error{Errc::Conflict, "make counter a: exists already"}));
}

TEST_P(UnitOfWork, GoesOnAfterADuplicateKeyTheWorkExpected) {
  const auto done = write(*pool_, "make counter", [&](Session& session) -> Status {
    try {
      execute(session, "INSERT INTO counters VALUES ('a', 1)");
    } catch (const soci::soci_error& thrown) {
      if (!is_duplicate_key(thrown)) throw;
      execute(session, "UPDATE counters SET value = 5 WHERE name = 'a'");
    }
    return {};
  });
  EXPECT_TRUE(done);
  EXPECT_EQ(value("a"), 5);
}

TEST_P(UnitOfWork, TellsOtherConstraintsFromDuplicates) {
  const auto done = write(*pool_, "make counter c", [&](Session& session) -> Status {
    execute(session, "INSERT INTO counters VALUES ('c', NULL)");
    return {};
  });
  EXPECT_EQ(done.error().code, Errc::Invalid);
}

TEST_P(UnitOfWork, KeepsBoundValuesOutOfErrors) {
  const std::string secret = "hunter2";
  const auto done = write(*pool_, "look up", [&](Session& session) -> Status {
    execute(session, "UPDATE no_such_table SET value = :value", secret);
    return {};
  });
  EXPECT_EQ(done.error().code, Errc::Invalid);
  EXPECT_THAT(done.error().message, testing::Not(HasSubstr(secret)));
}

TEST_P(UnitOfWork, CallsUndoLastFirstAndOnlyWithoutACommit) {
  std::string calls;
  const auto register_calls = [&](Session& session) {
    session.on_rollback([&] { calls += "1"; });
    session.on_rollback([&] { calls += "2"; });
    session.on_commit([&] { calls += "c"; });
  };
  (void)write(*pool_, "fail", [&](Session& session) -> Status {
    register_calls(session);
    return failure(Errc::Invalid, "no");
  });
  EXPECT_EQ(calls, "21");
  calls.clear();
  EXPECT_TRUE(write(*pool_, "work", [&](Session& session) -> Status {
    register_calls(session);
    return {};
  }));
  EXPECT_EQ(calls, "c");
}

TEST_P(UnitOfWork, MayStartAnotherUnitAfterCommit) {
  Status second = failure(Errc::Invalid, "not called");
  const auto first = write(*pool_, "first", [&](Session& session) -> Status {
    session.on_commit([&] {
      second = write(*pool_, "second", [&](Session& inner) { return add(inner, "a", 1); });
    });
    return {};
  });
  EXPECT_TRUE(first);
  EXPECT_TRUE(second) << second.error().message;
}

TEST_P(UnitOfWork, RefusesToBeNested) {
  const auto outer = write(*pool_, "outer", [&](Session&) -> Status {
    return read(*pool_, "inner", [](Session&) -> Status { return {}; });
  });
  EXPECT_EQ(outer.error().code, Errc::Invalid);
}

TEST_P(UnitOfWork, KeepsAllPartsOrNone) {
  const auto both = [&](const Status& end) {
    return write_together(*pool_, "both", [&](Session&) -> Status {
      EXPECT_TRUE(add_by_itself("a", 1));
      EXPECT_TRUE(add_by_itself("b", 2));
      EXPECT_TRUE(read(*pool_, "look", [&](Session& part) -> Status {
        const auto seen = select_one<long long>(part, "SELECT value FROM counters WHERE name='b'");
        EXPECT_EQ(std::get<0>(*seen), 2);
        return {};
      }));
      return end;
    });
  };
  EXPECT_FALSE(both(failure(Errc::Invalid, "no")));
  EXPECT_EQ(value("a") + value("b"), 0);
  EXPECT_TRUE(both({}));
  EXPECT_EQ(value("a") + value("b"), 3);
}

TEST_P(UnitOfWork, TakesAFailedPartBackAlone) {
  std::string calls;
  const auto done = write_together(*pool_, "some", [&](Session&) -> Status {
    EXPECT_TRUE(add_by_itself("a", 1));
    const auto failed = write(*pool_, "part", [&](Session& part) -> Status {
      part.on_rollback([&] { calls += "undo "; });
      part.on_commit([&] { calls += "never "; });
      EXPECT_TRUE(add(part, "b", 1));
      return failure(Errc::Conflict, "changed its mind");
    });
    EXPECT_EQ(failed.error().code, Errc::Conflict);
    calls += "end ";
    const auto twice = write(*pool_, "again", [&](Session& part) -> Status {
      part.on_commit([&] { calls += "then "; });
      execute(part, "INSERT INTO counters VALUES ('a', 1)");
      return {};
    });
    EXPECT_EQ(twice.error().code, Errc::Conflict);
    return write(*pool_, "part", [&](Session& part) -> Status {
      part.on_commit([&] { calls += "kept"; });
      return {};
    });
  });
  EXPECT_TRUE(done);
  EXPECT_EQ(calls, "undo end kept");
  EXPECT_EQ(value("a"), 1);
  EXPECT_EQ(value("b"), 0);
}

TEST_P(UnitOfWork, APartHasNoParts) {
  const auto done = write_together(*pool_, "whole", [&](Session&) -> Status {
    return write(*pool_, "part", [&](Session&) { return add_by_itself("a", 1); });
  });
  EXPECT_EQ(done.error().code, Errc::Invalid);
  EXPECT_EQ(value("a"), 0);
}

TEST_P(UnitOfWork, IsNotKeptWhenAPartWasLeftByAnException) {
  const auto done = write_together(*pool_, "whole", [&](Session&) -> Status {
    try {
      (void)write(*pool_, "part", [&](Session& part) -> Status {
        EXPECT_TRUE(add(part, "a", 1));
        throw std::runtime_error("broken");
      });
    } catch (const std::runtime_error&) {
    }
    return {};
  });
  EXPECT_EQ(done.error().code, Errc::Unavailable);
  EXPECT_EQ(value("a"), 0);
}

TEST_P(UnitOfWork, KnowsTheTimeOfTheDatabase) {
  const Timestamp before = SystemClock{}.now() - std::chrono::seconds(2);
  const auto seen = write(*pool_, "note", [&](Session& session) -> Result<Timestamp> {
    execute(session, "UPDATE counters SET value = " + session.now_sql() + " + 5000000");
    return now(session);
  });
  ASSERT_TRUE(seen);
  EXPECT_GT(*seen, before);
  EXPECT_LT(*seen, before + std::chrono::seconds(10));
  EXPECT_GE(value("a"), to_micros(before + std::chrono::seconds(5)));
}

TEST_P(UnitOfWork, TakesTheTimeFromTheClockOfItsPool) {
  fakes::FakeClock clock;
  const auto pool = database_.open(1, std::chrono::seconds(5), &clock);
  clock.advance(std::chrono::hours(1));
  const auto same = write(*pool, "note", [&](Session& session) -> Result<bool> {
    execute(session, "UPDATE counters SET value = " + session.now_sql());
    return now(session) == clock.now();
  });
  EXPECT_TRUE(same && *same);
  EXPECT_EQ(value("a"), to_micros(clock.now()));
}

// SQLite's writers are serial: it has no deadlocks.
class UnitWithDeadlocks : public UnitOfWork {};

// Two writers take the rows crosswise; the one that is shot down hides it from its unit.
TEST_P(UnitWithDeadlocks, RunsAgainWhenTheWorkPassedADeadlockOver) {
  std::latch both_hold_one{2};
  std::atomic<int> runs{0};
  const auto work = [&](const std::string& first, const std::string& second) {
    bool met = false;
    const auto done = write(*pool_, "transfer", [&](Session& session) -> Status {
      ++runs;
      execute(session, "UPDATE counters SET value = value + 1 WHERE name = :n", first);
      if (!std::exchange(met, true)) both_hold_one.arrive_and_wait();
      try {
        execute(session, "UPDATE counters SET value = value + 1 WHERE name = :n", second);
      } catch (const soci::soci_error& thrown) {
        (void)as_error(thrown, "swallowed");
      }
      return {};
    });
    EXPECT_TRUE(done);
  };
  { const std::jthread forth{work, "a", "b"}, back{work, "b", "a"}; }
  EXPECT_EQ(runs, 3);
  EXPECT_EQ(value("a"), 2);
  EXPECT_EQ(value("b"), 2);
}

TEST_P(UnitWithDeadlocks, RunsAllPartsAgain) {
  std::latch both_hold_one{2};
  std::atomic<int> runs{0};
  const auto work = [&](const std::string& first, const std::string& second) {
    bool met = false;
    const auto done = write_together(*pool_, "transfer", [&](Session&) -> Status {
      ++runs;
      if (Status one = add_by_itself(first, 1); !one) return one;
      if (!std::exchange(met, true)) both_hold_one.arrive_and_wait();
      static_cast<void>(add_by_itself(second, 1));  // what it lost is not its to judge
      return {};
    });
    EXPECT_TRUE(done);
  };
  { const std::jthread forth{work, "a", "b"}, back{work, "b", "a"}; }
  EXPECT_EQ(runs, 3);
  EXPECT_EQ(value("a") + value("b"), 4);
}

TEST_P(UnitOfWork, GivesUpAfterEightRetries) {
  int runs = 0;
  int undone = 0;
  const auto done = write(*pool_, "hopeless", [&](Session& session) -> Status {
    ++runs;
    session.on_rollback([&] { ++undone; });
    if (session.backend() == Backend::Mysql)
      session.sql() << "SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213";
    throw soci::sqlite3_soci_error("database is locked", SQLITE_BUSY);
  });
  EXPECT_EQ(done.error().code, Errc::Unavailable);
  EXPECT_EQ(runs, 9);
  EXPECT_EQ(undone, 9);
}

TEST_P(UnitOfWork, ReadsOneConsistentView) {
  const auto both = read(*pool_, "look twice", [&](Session& session) -> Result<long long> {
    const auto before = select_one<long long>(session, "SELECT value FROM counters WHERE name='a'");
    std::jthread{[&] {
      EXPECT_TRUE(write(*pool_, "add", [&](Session& other) { return add(other, "a", 1); }));
    }}.join();
    const auto after = select_one<long long>(session, "SELECT value FROM counters WHERE name='a'");
    return std::get<0>(*after) - std::get<0>(*before);
  });
  EXPECT_EQ(both, 0);
  EXPECT_EQ(value("a"), 1);
}

TEST_P(UnitOfWork, RefusesToWriteWhileReading) {
  const auto done = read(*pool_, "look", [&](Session& session) { return add(session, "a", 1); });
  EXPECT_EQ(done.error().code, Errc::Invalid);
  EXPECT_TRUE(write(*pool_, "add", [&](Session& session) { return add(session, "a", 1); }));
}

std::vector<Backend> with_deadlocks() {
  auto backends = backends_under_test();
  std::erase(backends, Backend::Sqlite);
  return backends;
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(UnitWithDeadlocks);
INSTANTIATE_TEST_SUITE_P(Backends, UnitWithDeadlocks, testing::ValuesIn(with_deadlocks()), name_of);
INSTANTIATE_TEST_SUITE_P(Backends, UnitOfWork, testing::ValuesIn(backends_under_test()), name_of);

}  // namespace
}  // namespace switchyard::db
