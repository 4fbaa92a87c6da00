// One round of plain inserts or of takes by many clients, and the database they run on.
#pragma once

#include "core/clock.h"
#include "core/db/pool.h"
#include "ipam/allocator.h"

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace switchyard::bench {

struct Round {
  double per_second{};
  std::vector<double> milliseconds{};  // one entry a unit of work
  std::size_t duplicates{};
};

// A database that is removed at the end.
class Place {
 public:
  virtual ~Place() = default;
  [[nodiscard]] virtual std::string url() const = 0;
};

[[nodiscard]] std::vector<std::pair<std::string, std::unique_ptr<Place>>> places();

// A database with one big subnet. Throws std::runtime_error when anything fails: "full" included,
// for the subnet is large enough.
class Site {
 public:
  Site(const std::string& url, std::size_t most_clients);

  void hold(std::size_t addresses);  // makes so many taken; never fewer than before
  // `count` units of work, spread over the clients, each a durable INSERT of one row into a table
  // with the columns and the primary key of addresses, and no other index.
  Round insert_plainly(std::size_t clients, std::size_t count);
  // `count` units of work, each Allocator::take() of the lowest free address; the clients share the
  // allocators and connection pools of `processes`. Afterwards they are released again, untimed.
  Round take(std::size_t clients, std::size_t processes, std::size_t count);

  [[nodiscard]] double fill_rate() const { return fill_rate_; }

  [[nodiscard]] double first_load_milliseconds();

 private:
  Round run(std::size_t clients, std::size_t count,
            const std::function<void(std::size_t client)>& one) const;
  void release();

  SystemClock clock_{};
  std::unique_ptr<db::Pool> pools_[2];
  ipam::Allocator allocators_[2]{ipam::Allocator{clock_}, ipam::Allocator{clock_}};
  std::size_t held_{};
  std::atomic<std::size_t> next_plain_{};
  double fill_rate_{};
};

}  // namespace switchyard::bench
