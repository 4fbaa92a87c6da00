// What is particular to one database: its address, its files, losing its server.
#include "core/db/query.h"
#include "core/db/transaction.h"
#include "core/db/url.h"
#include "tests/core/database.h"

#include <gmock/gmock.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <thread>

namespace switchyard::db {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(DatabaseUrl, TakesMysqlApart) {
  const auto url = parse_database_url(
      "mysql://sw%40yard:p%3Aw%2Fd@[2001:db8::5]:3307/state?tls_ca=/ca.pem&allow_unsafe=1");
  ASSERT_TRUE(url) << url.error().message;
  EXPECT_EQ(url->user, "sw@yard");
  EXPECT_EQ(url->password.reveal(), "p:w/d");
  EXPECT_EQ(url->host, "2001:db8::5");
  EXPECT_EQ(url->port, 3307);
  EXPECT_EQ(url->name, "state");
  EXPECT_EQ(url->tls_ca, "/ca.pem");
  EXPECT_TRUE(url->allow_unsafe);
}

TEST(DatabaseUrl, KnowsItsDefaults) {
  const auto url = parse_database_url("mysql://u@db/state");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->port, 3306);
  EXPECT_TRUE(url->password.empty());
  EXPECT_FALSE(url->allow_unsafe);
  EXPECT_EQ(parse_database_url("sqlite:///var/lib/x/state.db")->path, "/var/lib/x/state.db");
  EXPECT_EQ(parse_database_url("sqlite://state.db")->path, "state.db");
}

TEST(DatabaseUrl, RefusesWithoutShowingThePassword) {
  for (const char* text :
       {"", "postgres://u:hunter2@h/d", "mysql://u:hunter2@h", "mysql://u:hunter2@h/",
        "mysql://h/d", "mysql://u:hunter2@/d", "mysql://u:hunter2@h:0/d", "mysql://u:hunter2@h:x/d",
        "mysql://u:hunter2@h:70000/d", "mysql://u:hunter2@[::1/d", "mysql://u:hunter2%zz@h/d",
        "mysql://u:hunter2%0a@h/d", "mysql://u:hunter2@h/d?sockt=/x", "sqlite://",
        "sqlite://:memory:", "sqlite:///a?mode=ro", "sqlite:///a\"b"}) {
    const auto url = parse_database_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().code, Errc::Invalid);
    EXPECT_THAT(url.error().message, Not(HasSubstr("hunter2")));
  }
}

TEST(SqliteFile, CanBeReadByItsOwnerOnly) {
  const TestDatabase database{Backend::Sqlite};
  const auto pool = database.open(1);
  const auto path = parse_database_url(database.url())->path;
  for (const auto& file :
       std::filesystem::directory_iterator{std::filesystem::path{path}.parent_path()})
    EXPECT_EQ(file.status().permissions(), std::filesystem::perms(0600)) << file.path();
}

TEST(SqliteFile, IsMissedWhenItsDirectoryIsNotThere) {
  const auto pool = Pool::open({.url = "sqlite:///nonexistent/state.db"});
  EXPECT_EQ(pool.error().code, Errc::Unavailable);
  EXPECT_THAT(pool.error().message, HasSubstr("/nonexistent/state.db"));
}

TEST(SqliteFile, IsRefusedWhenItIsNoDatabase) {
  const TestDatabase database{Backend::Sqlite};
  const auto path = parse_database_url(database.url())->path;
  std::filesystem::copy_file("/proc/self/exe", path);
  EXPECT_EQ(Pool::open({.url = database.url()}).error().code, Errc::Invalid);
}

// Two pools stand for two processes: neither sees the other's writer gate.
TEST(SqliteFile, IsSharedByTwoProcesses) {
  const TestDatabase database{Backend::Sqlite};
  const auto one = database.open(4);
  const auto two = database.open(4);
  ASSERT_TRUE(write(*one, "make", [](Session& session) -> Status {
    execute(session, "CREATE TABLE counter (value INTEGER NOT NULL)");
    execute(session, "INSERT INTO counter VALUES (0)");
    return {};
  }));
  constexpr int kRounds = 40;
  std::atomic<int> failures{0};
  const auto count = [&](Pool& pool) {
    for (int i = 0; i < kRounds; ++i) {
      const auto done = write(pool, "count", [](Session& session) -> Status {
        const auto value = select_one<long long>(session, "SELECT value FROM counter");
        execute(session, "UPDATE counter SET value = :v", std::get<0>(*value) + 1);
        return {};
      });
      if (!done) ++failures;
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&] { count(*one); });
      threads.emplace_back([&] { count(*two); });
    }
  }
  EXPECT_EQ(failures, 0);
  const auto value = read(*one, "look", [](Session& session) -> Result<long long> {
    return std::get<0>(*select_one<long long>(session, "SELECT value FROM counter"));
  });
  EXPECT_EQ(value, 6 * kRounds);
}

TEST(MysqlServer, IsReportedWhenNobodyListens) {
  const auto pool = Pool::open({.url = "mysql://u:hunter2@localhost/d?socket=/nonexistent/sock"});
  EXPECT_EQ(pool.error().code, Errc::Unavailable);
  EXPECT_THAT(pool.error().message, HasSubstr("/nonexistent/sock"));
  EXPECT_THAT(pool.error().message, Not(HasSubstr("hunter2")));
}

// The suites below run only where there is a MariaDB; without one they are not instantiated.
class MysqlTest : public DatabaseTest {
 protected:
  MysqlTest() {
    make_schema(
        "CREATE TABLE counter (value {big} NOT NULL) {table}\n;\n"
        "INSERT INTO counter VALUES (0)");
  }

  void kill(long long connection) const {
    const auto admin = database_.open(1);
    admin->lease()->sql() << "KILL CONNECTION " << connection;
  }

  static long long connection_of(Session& session) {
    return std::get<0>(*select_one<long long>(session, "SELECT CONNECTION_ID()"));
  }
};

TEST_P(MysqlTest, RunsAUnitAgainWhenItsConnectionIsKilledBeforeTheCommit) {
  int runs = 0;
  const auto done = write(*pool_, "count", [&](Session& session) -> Status {
    execute(session, "UPDATE counter SET value = value + 1");
    if (++runs == 1) kill(connection_of(session));
    execute(session, "UPDATE counter SET value = value + 1");
    return {};
  });
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(number("SELECT value FROM counter"), 2);
}

TEST_P(MysqlTest, DoesNotRepeatACommitOfWhichItDoesNotKnow) {
  int runs = 0;
  int undone = 0;
  const auto done = write(*pool_, "count", [&](Session& session) -> Status {
    ++runs;
    session.on_rollback([&] { ++undone; });
    execute(session, "UPDATE counter SET value = value + 1");
    kill(connection_of(session));
    return {};
  });
  EXPECT_EQ(done.error().code, Errc::Unavailable);
  EXPECT_THAT(done.error().message, HasSubstr("commit outcome unknown"));
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(undone, 1);
}

TEST_P(MysqlTest, AppliesItsSettingsAgainAfterAReconnect) {
  const auto pool = database_.open(1);
  const auto look = [&] {
    return *read(*pool, "look", [](Session& session) -> Result<std::string> {
      const auto row = select_one<std::string, std::string, std::string, long long>(
          session,
          "SELECT @@SESSION.collation_connection, @@SESSION.time_zone, @@SESSION.sql_mode, "
          "@@SESSION.autocommit");
      return std::get<0>(*row) + " " + std::get<1>(*row) + " " + std::get<2>(*row) + " " +
             std::to_string(std::get<3>(*row));
    });
  };
  const std::string before = look();
  EXPECT_THAT(before, testing::AllOf(HasSubstr("utf8mb4_bin +00:00 STRICT_ALL_TABLES"),
                                     testing::EndsWith(" 0")));
  ASSERT_TRUE(read(*pool, "die", [&](Session& session) -> Status {
    kill(connection_of(session));
    return {};
  }));
  EXPECT_EQ(look(), before);
}

TEST_P(MysqlTest, RefusesAServerThatMayLoseCommits) {
  pool_->lease()->sql() << "SET GLOBAL innodb_flush_log_at_trx_commit=2";
  const auto refused = Pool::open({.url = database_.url(), .size = 1});
  const auto accepted = Pool::open({.url = database_.url() + "&allow_unsafe=1", .size = 1});
  pool_->lease()->sql() << "SET GLOBAL innodb_flush_log_at_trx_commit=1";
  EXPECT_EQ(refused.error().code, Errc::Invalid);
  EXPECT_THAT(refused.error().message, HasSubstr("innodb_flush_log_at_trx_commit=2"));
  EXPECT_TRUE(accepted);
}

TEST_P(MysqlTest, SaysThatThePasswordIsWrongWithoutShowingIt) {
  const auto url = parse_database_url(database_.url());
  const auto pool = Pool::open({.url = "mysql://" + url->user + ":hunter2@localhost/" + url->name +
                                       "?socket=" + url->socket});
  EXPECT_EQ(pool.error().code, Errc::Invalid);
  EXPECT_THAT(pool.error().message, testing::AllOf(HasSubstr("denied"), Not(HasSubstr("hunter2"))));
}

std::vector<Backend> mysql_under_test() {
  auto backends = backends_under_test();
  std::erase(backends, Backend::Sqlite);
  return backends;
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(MysqlTest);
INSTANTIATE_TEST_SUITE_P(Backends, MysqlTest, testing::ValuesIn(mysql_under_test()), name_of);

}  // namespace
}  // namespace switchyard::db
