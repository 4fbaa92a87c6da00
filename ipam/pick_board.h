// The memory of one subnet (or ASN range) in this process: what is free, and which picks belong to
// units of work that have not ended. It may be wrong at any time, because other processes work on
// the same database: a place it calls free may be taken (the primary key finds out) and one it
// calls taken may be free (a refresh finds out). Internal to ipam. Thread-safe.
#pragma once

#include "core/db/pool.h"
#include "ipam/free_space.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <unordered_map>
#include <vector>

namespace switchyard::ipam {

// Lowest: the lowest free one this process knows of; near it while several processes take from the
// same subnet, so that they do not all reach for the same one.
enum class Choice { Lowest, Random };

class PickBoard {
 public:
  using Unit = const db::Session*;

  PickBoard(FreeSpace space, int shards);

  // Ends the unit's picks with it: kept by its commit, put back by its rollback. To be called first
  // in every unit; the calls with a Unit rely on it.
  static void enlist(const std::shared_ptr<PickBoard>& board, db::Session& session);

  // Takes a free place for the unit, or none.
  [[nodiscard]] std::optional<Offset> pick(Unit unit, Choice choice);
  // Takes this one, whatever is known about it.
  void pick_exactly(Unit unit, Offset place);
  // The unit does not want it after all.
  void unpick(Unit unit, Offset place);
  // Somebody else had it before; the next picks keep clear of the neighbourhood for a while.
  void lose(Unit unit, Offset place);

  void mark_taken(Offset place);
  void mark_free(Offset place);

  // Which row of the counters the unit adds to: one that no other unit of this process has, if
  // possible.
  [[nodiscard]] int shard_of(Unit unit);

  // Replaces what is known by what `load` reads. Picks of units that have not ended stay taken. A
  // caller who saw `stale` (generation()) and comes after somebody else's refresh does not load
  // again.
  void refresh(std::uint64_t stale, const std::function<FreeSpace()>& load);
  [[nodiscard]] std::uint64_t generation() const;

  [[nodiscard]] Offset free() const;
  [[nodiscard]] Offset settled() const;  // taken, without the picks of units that have not ended
  // The first free runs at or after `from`, at most `limit`.
  [[nodiscard]] std::vector<FreeRun> free_runs(Offset from, std::size_t limit) const;

 private:
  struct Ledger {
    int shard{};
    std::vector<Offset> picks{};
  };

  void settle(Unit unit);
  void roll_back(Unit unit);
  void open_ledger(Unit unit);
  void close_ledger(Unit unit);
  [[nodiscard]] int& users(int shard);
  [[nodiscard]] std::optional<Offset> next_from(Offset origin) const;
  [[nodiscard]] Offset random_below(Offset bound);

  mutable std::mutex mutex_{};
  std::mutex loading_{};  // one refresh at a time; taken before mutex_
  FreeSpace space_;
  std::unordered_map<Unit, Ledger> ledgers_{};
  std::vector<int> shard_users_;
  int first_shard_{};  // so that processes start with different ones
  Offset origin_{};    // where Lowest starts to look, 0 unless somebody competes
  unsigned wins_{};    // picks since the last lost one
  bool loading_now_{};
  std::vector<Offset> settled_meanwhile_{};  // committed while a refresh was reading
  std::uint64_t generation_{};
  std::mt19937_64 random_;
};

}  // namespace switchyard::ipam
