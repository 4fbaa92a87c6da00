// The subnets this process has taken addresses from, each with its definition as last read and the
// board of its free places. Internal to ipam.
#pragma once

#include "core/clock.h"
#include "core/db/pool.h"
#include "ipam/pick_board.h"
#include "ipam/values.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace switchyard::ipam {

// `subnet` never changes: a new definition makes a new SubnetPool.
struct SubnetPool {
  SubnetPool(Subnet definition, int shards, FreeSpace space)
      : subnet(std::move(definition)),
        board(std::make_shared<PickBoard>(std::move(space), shards)) {}

  [[nodiscard]] IpAddress address(Offset place) const {
    return address_at(subnet.prefix.network, place);
  }

  [[nodiscard]] Offset place(const IpAddress& address) const {
    return offset_of(subnet.prefix.network, address);
  }

  const Subnet subnet;
  const std::shared_ptr<PickBoard> board;
  std::atomic<std::chrono::steady_clock::rep>
      reclaim_due{};  // when to look for old hold-downs again
  std::atomic<std::chrono::steady_clock::rep>
      refresh_due{};  // when a list may read everything again
};

using SubnetPoolPointer = std::shared_ptr<SubnetPool>;

// Thread-safe.
class SubnetPools {
 public:
  // The pool, loaded when this process has not met the subnet yet. NotFound.
  [[nodiscard]] Result<SubnetPoolPointer> get(db::Session& session, std::string_view subnet);
  [[nodiscard]] SubnetPoolPointer find(std::string_view subnet);  // nullptr: not loaded
  // Its definition is out of date: get() loads it anew.
  void forget(const SubnetPoolPointer& pool);

 private:
  std::mutex mutex_{};    // guards pools_
  std::mutex loading_{};  // one load at a time; taken before mutex_. Loading only reads, so whoever
                          // holds it never waits for a row lock or SQLite's writer
  std::unordered_map<std::string, SubnetPoolPointer> pools_{};
};

// Reads the free places again unless somebody has since `stale` (PickBoard::generation()).
void refresh(db::Session& session, SubnetPool& pool, std::uint64_t stale);

// True once `every`, for one caller only.
[[nodiscard]] bool is_due(std::atomic<std::chrono::steady_clock::rep>& due, const Clock& clock,
                          std::chrono::steady_clock::duration every);

}  // namespace switchyard::ipam
