#include "core/db/fair_gate.h"
#include "core/db/pool.h"
#include "core/db/query.h"
#include "core/db/transaction.h"
#include "core/id.h"
#include "core/net.h"
#include "tests/core/database.h"

#include <gmock/gmock.h>

#include <atomic>
#include <filesystem>
#include <latch>
#include <thread>

namespace switchyard::db {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;

class PoolTest : public DatabaseTest {
 protected:
  PoolTest() {
    make_schema(
        "CREATE TABLE things (id {autoid}, address {key16} NOT NULL, name {name} NOT NULL) "
        "{table}\n;\nCREATE UNIQUE INDEX things_address ON things (address)");
  }
};

TEST_P(PoolTest, AnswersTimedOutWhenNoSessionBecomesFree) {
  const auto pool = database_.open(2, milliseconds{50});
  const auto one = pool->lease();
  const auto two = pool->lease();
  const auto started = std::chrono::steady_clock::now();
  const auto three = pool->lease();
  ASSERT_FALSE(three);
  EXPECT_EQ(three.error().code, Errc::TimedOut);
  EXPECT_GE(std::chrono::steady_clock::now() - started, milliseconds{50});
}

TEST_P(PoolTest, LendsASessionAgainWhenItComesBack) {
  const auto pool = database_.open(1, milliseconds{50});
  (void)pool->lease();
  EXPECT_TRUE(pool->lease());
}

TEST_P(PoolTest, RollsBackWhatALeaseLeftOpen) {
  const auto pool = database_.open(1);
  {
    auto lease = pool->lease();
    if (pool->backend() == Backend::Sqlite) lease->sql() << "BEGIN";
    lease->sql()
        << "INSERT INTO things (address, name) VALUES (x'30313233343536373839616263646566', 'x')";
  }
  EXPECT_EQ(number("SELECT COUNT(*) FROM things"), 0);
  EXPECT_TRUE(write(*pool, "go on", [](Session&) -> Status { return {}; }));
}

TEST_P(PoolTest, GoesOnAfterASelectThatWasNotDrained) {
  const auto pool = database_.open(1);
  ASSERT_TRUE(write(*pool, "fill", [](Session& session) -> Status {
    for (int i = 0; i < 3; ++i)
      execute(session, "INSERT INTO things (address, name) VALUES (" + session.key("k") + ", 'x')",
              std::string(15, 'a') + std::to_string(i));
    return {};
  }));
  // A statement that outlives its unit and still stands on its first row.
  std::unique_ptr<soci::statement> undrained;
  std::string name;
  ASSERT_TRUE(read(*pool, "look at one", [&](Session& session) -> Status {
    undrained = std::make_unique<soci::statement>(
        (session.sql().prepare << "SELECT name FROM things", soci::into(name)));
    undrained->execute(true);
    return {};
  }));
  EXPECT_TRUE(write(*pool, "write", [](Session& session) -> Status {
    execute(session, "UPDATE things SET name = 'y'");
    return {};
  }));
  undrained.reset();
}

TEST_P(PoolTest, CarriesEveryKeyAndKeepsTheirOrder) {
  std::vector<std::string> keys{std::string(16, '\0'), std::string(16, '\xff'),
                                to_key(*parse_ip("10.0.0.1")), to_key(*parse_ip("2001:db8::")),
                                std::string("'\\\"%_:x;--\n\r\x1a\xc3\x28\xf0", 16)};
  while (keys.size() < 64)
    keys.push_back(random_hex(8));
  ASSERT_TRUE(write(*pool_, "fill", [&](Session& session) -> Status {
    for (const std::string& key : keys)
      execute(session, "INSERT INTO things (address, name) VALUES (" + session.key("k") + ", 'x')",
              key);
    return {};
  }));
  const auto stored =
      read(*pool_, "look", [&](Session& session) -> Result<std::vector<std::string>> {
        std::vector<std::string> list;
        for (auto& [key] :
             select<std::string>(session, "SELECT address FROM things ORDER BY address"))
          list.push_back(key);
        for (const std::string& key : keys)
          if (!select_one<int>(session, "SELECT 1 FROM things WHERE address = " + session.key("k"),
                               key))
            return failure(Errc::NotFound, "a key");
        return list;
      });
  ASSERT_TRUE(stored) << stored.error().message;
  std::ranges::sort(keys);
  EXPECT_EQ(*stored, keys);
}

TEST_P(PoolTest, RefusesAKeyTwice) {
  const auto insert = [&] {
    return write(*pool_, "insert", [](Session& session) -> Status {
      execute(session, "INSERT INTO things (address, name) VALUES (" + session.key("k") + ", 'x')",
              std::string("\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\x01", 16));
      return {};
    });
  };
  EXPECT_TRUE(insert());
  EXPECT_EQ(insert().error().code, Errc::Conflict);
}

TEST_P(PoolTest, TellsNamesApartByCase) {
  ASSERT_TRUE(write(*pool_, "fill", [&](Session& session) -> Status {
    execute(session, "INSERT INTO things (address, name) VALUES (x'61', 'tor'), (x'62', 'TOR')");
    return {};
  }));
  EXPECT_EQ(number("SELECT COUNT(*) FROM things WHERE name = 'tor'"), 1);
}

TEST(FairGate, ServesWaitersInTheOrderTheyCame) {
  constexpr int kWaiters = 20;
  FairGate gate{1};
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes{1};
  ASSERT_TRUE(gate.enter(deadline));
  std::vector<int> order;
  std::vector<std::jthread> threads;
  for (int i = 0; i < kWaiters; ++i) {
    threads.emplace_back([&, i] {
      ASSERT_TRUE(gate.enter(deadline));
      order.push_back(i);
      gate.leave();
    });
    while (gate.waiting() != static_cast<std::size_t>(i) + 1)
      std::this_thread::yield();
  }
  gate.leave();
  threads.clear();
  EXPECT_TRUE(std::ranges::is_sorted(order));
  EXPECT_EQ(order.size(), 20U);
}

TEST(FairGate, LetsNobodyInAfterTheDeadline) {
  FairGate gate{1};
  const auto now = std::chrono::steady_clock::now();
  ASSERT_TRUE(gate.enter(now));
  EXPECT_FALSE(gate.enter(now));
  gate.leave();
  EXPECT_TRUE(gate.enter(now));
}

INSTANTIATE_TEST_SUITE_P(Backends, PoolTest, testing::ValuesIn(backends_under_test()), name_of);

}  // namespace
}  // namespace switchyard::db
