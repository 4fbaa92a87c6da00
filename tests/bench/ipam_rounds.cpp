#include "tests/bench/ipam_rounds.h"

#include "core/db/migrations.h"
#include "core/db/query.h"
#include "core/db/transaction.h"
#include "core/id.h"
#include "ipam/schema.h"
#include "ipam/subnets.h"
#include "ipam/vrfs.h"
#include "tests/core/database.h"

#include <algorithm>
#include <chrono>
#include <latch>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace switchyard::bench {
namespace {

using Steady = std::chrono::steady_clock;

const std::string kSubnet = "bench";

double seconds_since(Steady::time_point start) {
  return std::chrono::duration<double>(Steady::now() - start).count();
}

template <class T> T good(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

class TestPlace final : public Place {
 public:
  explicit TestPlace(db::Backend backend) : database_(backend) {}

  [[nodiscard]] std::string url() const override { return database_.url(); }

 private:
  db::TestDatabase database_;
};

const char* const kPlain =
    "CREATE TABLE plain (vrf {name} NOT NULL, addr {key16} NOT NULL, subnet {name} NOT NULL, "
    "owner {name} NOT NULL, label {name} NOT NULL, state {name} NOT NULL, anycast INT NOT NULL, "
    "created {big} NOT NULL, released {big} NOT NULL, free_at {big} NOT NULL, "
    "PRIMARY KEY (vrf, addr)) {table}";

}  // namespace

std::vector<std::pair<std::string, std::unique_ptr<Place>>> places() {
  std::vector<std::pair<std::string, std::unique_ptr<Place>>> all;
  for (const db::Backend backend : db::backends_under_test())
    all.emplace_back(backend == db::Backend::Sqlite ? "SQLite, WAL, synchronous=FULL"
                                                    : "MariaDB, flush at each commit, local socket",
                     std::make_unique<TestPlace>(backend));
  return all;
}

Site::Site(const std::string& url, std::size_t most_clients) {
  for (auto& pool : pools_)
    pool = good(db::Pool::open({.url = url, .size = most_clients}));
  std::vector<db::Migration> all(ipam::migrations().begin(), ipam::migrations().end());
  all.push_back({9'000, "plain table", kPlain});
  good(db::migrate(*pools_[0], all));
  good(db::write(*pools_[0], "set up", [&](db::Session& session) -> Status {
    if (const Status vrf = ipam::insert_vrf(session, {"bench"}); !vrf) return vrf;
    const ipam::Subnet subnet{.name = kSubnet,
                              .vrf = {"bench"},
                              .prefix = *parse_prefix("10.0.0.0/11"),
                              .hold_down = std::chrono::seconds{0}};
    return ipam::insert_subnet(session, subnet, clock_.now()).map([](const auto&) {});
  }));
}

void Site::hold(std::size_t addresses) {
  const auto start = Steady::now();
  const std::size_t before = held_;
  while (held_ < addresses) {
    // An owner has a server's worth of addresses, so that the index on owners is as in real life.
    const std::size_t more = std::min(addresses - held_, ipam::Allocator::kMostAtOnce);
    const auto owner = new_id("dep", clock_.now());
    held_ += good(db::write(*pools_[0], "fill", [&](db::Session& session) {
               return allocators_[0].take_many(session, {.subnet = kSubnet, .owner = owner}, more);
             })).size();
  }
  if (held_ - before > 10'000)
    fill_rate_ = static_cast<double>(held_ - before) / seconds_since(start);
}

Round Site::run(std::size_t clients, std::size_t count,
                const std::function<void(std::size_t client)>& one) const {
  std::vector<std::vector<double>> times(clients);
  std::latch ready{static_cast<std::ptrdiff_t>(clients) + 1};
  std::atomic<std::size_t> left{count};
  std::mutex mutex;
  std::string failed;
  std::vector<std::jthread> threads;
  for (std::size_t client = 0; client < clients; ++client)
    threads.emplace_back([&, client] {
      ready.arrive_and_wait();
      try {
        for (auto n = left.load(); n > 0;) {
          if (!left.compare_exchange_weak(n, n - 1)) continue;
          const auto start = Steady::now();
          one(client);
          times[client].push_back(1'000 * seconds_since(start));
          n = left.load();
        }
      } catch (const std::runtime_error& error) {
        const std::lock_guard lock(mutex);
        failed = error.what();
      }
    });
  ready.arrive_and_wait();
  const auto start = Steady::now();
  threads.clear();
  Round round{.per_second = static_cast<double>(count) / seconds_since(start)};
  if (!failed.empty()) throw std::runtime_error(failed);
  for (const auto& of_client : times)
    std::ranges::copy(of_client, std::back_inserter(round.milliseconds));
  return round;
}

Round Site::insert_plainly(std::size_t clients, std::size_t count) {
  const std::string owner = new_id("dep", clock_.now());
  return run(clients, count, [&](std::size_t) {
    const IpAddress address = address_at(*parse_ip("10.0.0.0"), next_plain_++);
    good(db::write(*pools_[0], "insert", [&](db::Session& session) -> Status {
      db::execute(session,
                  "INSERT INTO plain (vrf, addr, subnet, owner, label, state, anycast, created, "
                  "released, free_at) VALUES (:vrf, " +
                      session.key("addr") +
                      ", :subnet, :owner, :label, :state, :anycast, :created, 0, 0)",
                  std::string{"bench"}, to_key(address), kSubnet, owner, to_string(address),
                  std::string{"in_use"}, 0, to_micros(clock_.now()));
      return {};
    }));
  });
}

Round Site::take(std::size_t clients, std::size_t processes, std::size_t count) {
  std::vector<std::vector<IpAddress>> taken(clients);
  Round round = run(clients, count, [&](std::size_t client) {
    const std::size_t process = client % processes;
    const auto record = good(db::write(*pools_[process], "take", [&](db::Session& session) {
      return allocators_[process].take(session, {.subnet = kSubnet, .owner = "bench"});
    }));
    taken[client].push_back(record.address);
  });
  std::vector<IpAddress> all;
  for (const auto& of_client : taken)
    std::ranges::copy(of_client, std::back_inserter(all));
  std::ranges::sort(all);
  const auto same = std::ranges::unique(all);
  round.duplicates = static_cast<std::size_t>(same.size());
  release();
  return round;
}

void Site::release() {
  const auto usage =
      good(db::write(*pools_[0], "release", [&](db::Session& session) -> Result<ipam::Utilisation> {
        const auto released = allocators_[0].release(session, "bench");
        if (!released) return tl::unexpected(released.error());
        return ipam::find_utilisation(session, kSubnet).value();
      }));
  if (usage.used != static_cast<long long>(held_))
    throw std::runtime_error("the counters are wrong");
}

double Site::first_load_milliseconds() {
  ipam::Allocator fresh{clock_};
  const auto start = Steady::now();
  good(db::write(*pools_[0], "first take", [&](db::Session& session) {
    return fresh.take(session, {.subnet = kSubnet, .owner = "bench"});
  }));
  const double taken = 1'000 * seconds_since(start);
  release();
  return taken;
}

}  // namespace switchyard::bench
