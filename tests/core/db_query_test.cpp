// Statements are kept with their session (SQLite) or made anew (MySQL): nobody can tell.
#include "core/db/query.h"
#include "core/db/transaction.h"
#include "tests/core/database.h"

#include <gmock/gmock.h>

#include <string>

namespace switchyard::db {
namespace {

using testing::ElementsAre;

class Query : public DatabaseTest {
 protected:
  Query() {
    make_schema(
        "CREATE TABLE things (name {name} NOT NULL PRIMARY KEY, value {big} NOT NULL) {table}");
  }

  [[nodiscard]] Status put(const std::string& name, long long value) {
    return write(*pool_, "put", [&](Session& session) -> Status {
      execute(session, "INSERT INTO things VALUES (:n, :v)", name, value);
      return {};
    });
  }

  std::vector<std::tuple<std::string, long long>> from(long long least) {
    return *read(*pool_, "look", [&](Session& session) {
      return Result<std::vector<std::tuple<std::string, long long>>>(select<std::string, long long>(
          session, "SELECT name, value FROM things WHERE value >= :v ORDER BY name", least));
    });
  }
};

TEST_P(Query, TheSameTextTakesOtherParameters) {
  ASSERT_TRUE(put("a", 1) && put("b", 2) && put("c", 3));
  EXPECT_THAT(from(3), ElementsAre(std::tuple("c", 3)));
  EXPECT_THAT(from(2), ElementsAre(std::tuple("b", 2), std::tuple("c", 3)));
  EXPECT_THAT(from(4), ElementsAre());
}

TEST_P(Query, AStatementThatFailedWorksAgain) {
  ASSERT_TRUE(put("a", 1));
  EXPECT_EQ(put("a", 2).error().code, Errc::Conflict);
  ASSERT_TRUE(put("b", 2));
  EXPECT_THAT(from(0), ElementsAre(std::tuple("a", 1), std::tuple("b", 2)));
}

TEST_P(Query, OneTextMayBeReadAsOtherTypes) {
  ASSERT_TRUE(put("7", 1));
  const auto both = read(*pool_, "look", [&](Session& session) {
    const std::string sql = "SELECT value FROM things";
    return Result<std::pair<long long, double>>({std::get<0>(*select_one<long long>(session, sql)),
                                                 std::get<0>(*select_one<double>(session, sql))});
  });
  EXPECT_EQ(both, std::pair(1LL, 1.0));
}

TEST_P(Query, MoreTextsThanAreKept) {
  ASSERT_TRUE(put("a", 1));
  const auto found = read(*pool_, "look", [&](Session& session) -> Result<long long> {
    long long sum = 0;
    for (int i = 0; i < 600; ++i)
      sum += std::get<0>(*select_one<long long>(
          session, "SELECT value + " + std::to_string(i % 300) + " FROM things"));
    return sum;
  });
  EXPECT_EQ(found, 600 + 2 * (299 * 300 / 2));
}

TEST_P(Query, SeesAColumnThatCameSince) {
  ASSERT_TRUE(put("a", 1));
  EXPECT_THAT(from(1), ElementsAre(std::tuple("a", 1)));
  ASSERT_TRUE(write(*pool_, "alter", [](Session& session) -> Status {
    session.sql() << "ALTER TABLE things ADD COLUMN more INT NOT NULL DEFAULT 5";
    return {};
  }));
  EXPECT_THAT(from(1), ElementsAre(std::tuple("a", 1)));
}

INSTANTIATE_TEST_SUITE_P(Backends, Query, testing::ValuesIn(backends_under_test()), name_of);

}  // namespace
}  // namespace switchyard::db
