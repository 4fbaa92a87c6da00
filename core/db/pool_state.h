// The inside of Pool. Internal to core/db.
#pragma once

#include "core/db/fair_gate.h"
#include "core/db/pool.h"
#include "core/db/statements.h"
#include "core/db/url.h"

#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

namespace switchyard::db {

struct Pool::State {
  struct Slot {
    std::unique_ptr<soci::session> sql{};  // empty: not opened yet, or lost
    Statements statements{};               // of `sql`; declared after it, so gone before it
    bool busy{};
    bool suspect{};  // an error went by: ask the server before lending it again
    bool clean{};    // the holder ended its transaction itself
    std::chrono::steady_clock::time_point used{};
  };

  State(DatabaseUrl target, const PoolOptions& options);
  ~State();

  // Closes the session of a taken slot.
  static void close(Slot& slot);
  // Opens the session of a taken slot if it has none or the one it has is dead.
  [[nodiscard]] Status make_usable(Slot& slot) const;
  [[nodiscard]] std::size_t take_free();
  void give_back(std::size_t index);

  DatabaseUrl url;
  std::chrono::milliseconds lease_timeout;
  const Clock* clock;
  FairGate places;     // as many as there are slots
  FairGate writer{1};  // SQLite has one writer at a time; here they queue instead of polling
  std::mutex mutex{};  // guards `busy` of all slots and `recent`
  std::vector<Slot> slots;
  std::vector<std::size_t> recent{};  // free slots, the warmest last
};

}  // namespace switchyard::db
