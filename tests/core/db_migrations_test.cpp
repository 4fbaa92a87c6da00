#include "core/db/migrations.h"
#include "core/db/schema_text.h"
#include "tests/core/database.h"

#include <gmock/gmock.h>
#include <soci/soci.h>

#include <atomic>
#include <thread>

namespace switchyard::db {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr Migration kFirst{
    .number = 1, .name = "first", .sql = "CREATE TABLE a (id {autoid}, name {name}) {table}"};
constexpr Migration kSecond{.number = 2,
                            .name = "second",
                            .sql =
                                "CREATE TABLE b (id {big} PRIMARY KEY) {table}\n;\n"
                                "CREATE INDEX a_name ON a (name)\n;\n"
                                "INSERT INTO b VALUES (1)\n"};
constexpr Migration kBroken{.number = 2,
                            .name = "second",
                            .sql = "CREATE TABLE b (id {big} PRIMARY KEY) {table}\n;\nNONSENSE\n"};

constexpr Migration kBrokenLater{.number = 2,
                                 .name = "second",
                                 .sql =
                                     "CREATE TABLE b (id {big} PRIMARY KEY) {table}\n;\n"
                                     "CREATE INDEX a_name ON a (name)\n;\nNONSENSE\n"};

class Migrate : public DatabaseTest {};

TEST_P(Migrate, BringsAnEmptyDatabaseToTheNewest) {
  const std::vector<Migration> all{kFirst, kSecond};
  ASSERT_TRUE(migrate(*pool_, all));
  EXPECT_EQ(number("SELECT MAX(number) FROM schema_version"), 2);
  EXPECT_EQ(number("SELECT COUNT(*) FROM b"), 1);
}

TEST_P(Migrate, DoesEachMigrationOnce) {
  const std::vector<Migration> one{kFirst};
  const std::vector<Migration> two{kFirst, kSecond};
  ASSERT_TRUE(migrate(*pool_, one));
  ASSERT_TRUE(migrate(*pool_, two));
  ASSERT_TRUE(migrate(*pool_, two));
  EXPECT_EQ(number("SELECT COUNT(*) FROM b"), 1);
}

TEST_P(Migrate, RefusesADatabaseThatIsNewer) {
  const std::vector<Migration> two{kFirst, kSecond};
  const std::vector<Migration> one{kFirst};
  ASSERT_TRUE(migrate(*pool_, two));
  const auto done = migrate(*pool_, one);
  EXPECT_EQ(done.error().code, Errc::Invalid);
  EXPECT_THAT(done.error().message, HasSubstr("schema 2"));
}

TEST_P(Migrate, RefusesADatabaseOfAnotherBranch) {
  std::vector<Migration> all{kFirst};
  ASSERT_TRUE(migrate(*pool_, all));
  all[0].name = "other";
  EXPECT_THAT(migrate(*pool_, all).error().message, HasSubstr("'first' instead"));
}

TEST_P(Migrate, RefusesAGapInTheNumbers) {
  const std::vector<Migration> gap{kSecond};
  EXPECT_EQ(migrate(*pool_, gap).error().code, Errc::Invalid);
}

TEST_P(Migrate, NamesTheStatementThatFailed) {
  const std::vector<Migration> all{kFirst, kBroken};
  const auto done = migrate(*pool_, all);
  EXPECT_EQ(done.error().code, Errc::Invalid);
  EXPECT_THAT(done.error().message, HasSubstr("migration 2 (second), statement 2"));
}

// The second start finds the table of the half-done migration already there (MySQL), or not
// (SQLite).
TEST_P(Migrate, FinishesWhatWasCutShort) {
  const std::vector<Migration> broken{kFirst, kBroken};
  const std::vector<Migration> whole{kFirst, kSecond};
  ASSERT_FALSE(migrate(*pool_, broken));
  ASSERT_TRUE(migrate(*pool_, whole));
  EXPECT_EQ(number("SELECT COUNT(*) FROM b"), 1);
}

TEST_P(Migrate, FinishesWhatWasCutShortAfterAnIndex) {
  const std::vector<Migration> broken{kFirst, kBrokenLater};
  const std::vector<Migration> whole{kFirst, kSecond};
  ASSERT_FALSE(migrate(*pool_, broken));
  ASSERT_TRUE(migrate(*pool_, whole));
}

TEST_P(Migrate, IsDoneOnceByManyControllersAtOnce) {
  const std::vector<Migration> all{kFirst, kSecond};
  std::atomic<int> failures{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 6; ++i)
      threads.emplace_back([&] {
        const auto pool = database_.open(1);
        const auto done = migrate(*pool, all);
        if (!done) ++failures;
      });
  }
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(number("SELECT COUNT(*) FROM b"), 1);
  EXPECT_EQ(number("SELECT COUNT(*) FROM schema_version"), 2);
}

INSTANTIATE_TEST_SUITE_P(Backends, Migrate, testing::ValuesIn(backends_under_test()), name_of);

TEST(StatementsOf, SplitsAtLinesWithNothingButASemicolon) {
  EXPECT_THAT(*statements_of("A;\nB\n ; \n\nC\n;\n;\n", Backend::Sqlite),
              ElementsAre("A;\nB", "C"));
}

TEST(StatementsOf, SpeaksTheDialect) {
  constexpr std::string_view kText = "CREATE TABLE t (k {key16}, n {big}) {table}";
  EXPECT_THAT(*statements_of(kText, Backend::Sqlite),
              ElementsAre("CREATE TABLE t (k BLOB, n INTEGER) STRICT"));
  EXPECT_THAT(*statements_of(kText, Backend::Mysql),
              ElementsAre("CREATE TABLE t (k BINARY(16), n BIGINT) ENGINE=InnoDB DEFAULT CHARACTER "
                          "SET=utf8mb4 COLLATE=utf8mb4_bin"));
}

TEST(StatementsOf, RefusesWhatMysqlDoesNotUnderstand) {
  EXPECT_FALSE(statements_of("CREATE INDEX IF NOT EXISTS i ON t (n)", Backend::Sqlite));
}

TEST(StatementsOf, RefusesWordsItDoesNotKnow) {
  EXPECT_THAT(statements_of("{bigg}", Backend::Sqlite).error().message, HasSubstr("{bigg}"));
  EXPECT_FALSE(statements_of("{big", Backend::Sqlite));
}

}  // namespace
}  // namespace switchyard::db
