// Many threads, two allocators and several real processes on one subnet: nobody gets an address
// twice and nobody fails for another reason than a full subnet.
#include "core/db/query.h"
#include "tests/ipam/ipam_fixture.h"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <latch>
#include <mutex>
#include <set>
#include <thread>

namespace switchyard::ipam {
namespace {

constexpr int kThreads = 16;

class Contention : public IpamTest {
 protected:
  // Runs `work(thread)` on kThreads threads at once.
  template <class Work> static void on_threads(Work work) {
    std::latch start{kThreads};
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t)
      threads.emplace_back([&, t] {
        start.arrive_and_wait();
        work(t);
      });
  }

  Allocator other_{clock_};
  std::unique_ptr<db::Pool> other_pool_{database_.open(8)};
};

TEST_P(Contention, HandsOutEveryAddressExactlyOnceAndThenSaysFull) {
  add_subnet(subnet("a", "10.1.0.0/24"));  // 254 for 16 threads that want 20 each
  std::mutex mutex;
  std::multiset<IpAddress> seen;
  std::atomic<int> full{0};
  on_threads([&](int t) {
    Allocator& allocator = t % 2 == 0 ? allocator_ : other_;
    db::Pool& pool = t % 2 == 0 ? *pool_ : *other_pool_;
    for (int i = 0; i < 20; ++i) {
      const auto one = db::write(pool, "take", [&](db::Session& session) {
        return allocator.take(session, {.subnet = "a", .owner = "t" + std::to_string(t)});
      });
      if (!one) {
        ASSERT_EQ(one.error().code, Errc::Conflict) << one.error().message;
        ASSERT_THAT(one.error().message, testing::HasSubstr("is full"));
        ++full;
        continue;
      }
      const std::lock_guard lock(mutex);
      seen.insert(one->address);
    }
  });
  EXPECT_EQ(seen.size(), 254U);
  EXPECT_EQ(std::set<IpAddress>(seen.begin(), seen.end()).size(), 254U);
  EXPECT_EQ(full, kThreads * 20 - 254);
  expect_true_counters("a");
}

TEST_P(Contention, KeepsCountersTrueWhileThreadsTakeReleaseAndRollBack) {
  Subnet busy = subnet("a", "10.1.0.0/25");
  busy.hold_down = std::chrono::seconds{0};
  add_subnet(busy);
  on_threads([&](int t) {
    Allocator& allocator = t % 2 == 0 ? allocator_ : other_;
    db::Pool& pool = t % 2 == 0 ? *pool_ : *other_pool_;
    const std::string owner = "t" + std::to_string(t);
    for (int i = 0; i < 24; ++i) {
      const auto done = db::write(pool, "work", [&](db::Session& session) -> Status {
        if (i % 6 == 5) {
          const auto released = allocator.release(session, owner);
          return released ? Status{} : tl::unexpected(released.error());
        }
        const auto many = allocator.take_many(session, {.subnet = "a", .owner = owner}, 1 + i % 3);
        if (!many) return tl::unexpected(many.error());
        if (i % 7 == 3) return failure(Errc::Rejected, "rolled back");
        return {};
      });
      if (!done && done.error().code != Errc::Rejected) {
        ASSERT_THAT(done.error().message, testing::HasSubstr("is full"));
      }
    }
  });
  expect_true_counters("a");
}

TEST_P(Contention, OnSeveralSubnetsCrosswiseNeverFails) {
  for (const char* name : {"a", "b", "c"})
    add_subnet(subnet(name, std::string{"10."} + std::to_string(name[0]) + ".0.0/22"));
  on_threads([&](int t) {
    Allocator& allocator = t % 2 == 0 ? allocator_ : other_;
    db::Pool& pool = t % 2 == 0 ? *pool_ : *other_pool_;
    for (int i = 0; i < 12; ++i) {
      const std::string owner = "dep-" + std::to_string(t) + "-" + std::to_string(i);
      std::vector<AddressRequest> order;
      for (const char* name : {"a", "b", "c"})
        order.push_back({.subnet = name, .owner = owner});
      if (t % 3 == 1) std::ranges::reverse(order);
      const auto done = db::write(pool, "deploy", [&](db::Session& session) -> Status {
        const auto addresses = allocator.take_all(session, order);
        if (!addresses) return tl::unexpected(addresses.error());
        return {};
      });
      ASSERT_TRUE(done) << done.error().message;
    }
  });
  for (const char* name : {"a", "b", "c"}) {
    expect_true_counters(name);
    EXPECT_EQ(recount(*pool_, name).kept.used, kThreads * 12);
  }
}

// Started by fork and exec, so that nothing is shared but the database.
pid_t start_worker(const std::string& url, const std::string& owner, int count) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  const std::string number = std::to_string(count);
  ::execl(IPAM_WORKER, IPAM_WORKER, url.c_str(), "a", owner.c_str(), number.c_str(), nullptr);
  ::_exit(127);
}

TEST_P(Contention, OfSeveralProcessesGivesNoAddressTwice) {
  constexpr int kProcesses = 4, kEach = 100;
  add_subnet(subnet("a", "10.1.0.0/22"));
  std::vector<pid_t> workers;
  for (int p = 0; p < kProcesses; ++p)
    workers.push_back(start_worker(database_.url(), "p" + std::to_string(p), kEach));
  for (const pid_t worker : workers) {
    int status = 0;
    ASSERT_EQ(::waitpid(worker, &status, 0), worker);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  }
  // The primary key lets no row in twice; that each process kept all it was told it has is the
  // point.
  for (int p = 0; p < kProcesses; ++p)
    EXPECT_EQ(number("SELECT COUNT(*) FROM addresses WHERE owner = 'p" + std::to_string(p) + "'"),
              kEach);
  expect_true_counters("a");
}

INSTANTIATE_TEST_SUITE_P(Databases, Contention, testing::ValuesIn(db::backends_under_test()),
                         db::name_of);

}  // namespace
}  // namespace switchyard::ipam
