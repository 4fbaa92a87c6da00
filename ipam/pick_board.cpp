// Picks of units of work over a free space.
#include "ipam/pick_board.h"

#include <algorithm>
#include <iterator>

namespace switchyard::ipam {
namespace {

constexpr Offset kWidestJump = 1024;   // how far a loser steps aside
constexpr unsigned kWinsToCalm = 128;  // picks without a loss before the lowest is tried again

}  // namespace

PickBoard::PickBoard(FreeSpace space, int shards)
    : space_(std::move(space)),
      shard_users_(static_cast<std::size_t>(std::max(1, shards)), 0),
      random_(std::random_device{}()) {
  first_shard_ = static_cast<int>(random_() % shard_users_.size());
}

void PickBoard::enlist(const std::shared_ptr<PickBoard>& board, db::Session& session) {
  const Unit unit = &session;
  {
    const std::lock_guard lock(board->mutex_);
    if (board->ledgers_.contains(unit)) return;
    board->open_ledger(unit);
  }
  session.on_rollback([board, unit] { board->roll_back(unit); });
  session.on_commit([board, unit] { board->settle(unit); });
}

std::optional<Offset> PickBoard::pick(Unit unit, Choice choice) {
  const std::lock_guard lock(mutex_);
  if (choice == Choice::Lowest && origin_ != 0 && wins_ >= kWinsToCalm) origin_ = 0;
  const auto place = next_from(choice == Choice::Random ? random_below(space_.size()) : origin_);
  if (!place) return std::nullopt;
  space_.take(*place);
  ledgers_.at(unit).picks.push_back(*place);
  ++wins_;
  return place;
}

void PickBoard::pick_exactly(Unit unit, Offset place) {
  const std::lock_guard lock(mutex_);
  // Taken already: then it is not ours to put back.
  if (space_.take(place)) ledgers_.at(unit).picks.push_back(place);
}

void PickBoard::unpick(Unit unit, Offset place) {
  const std::lock_guard lock(mutex_);
  const auto ledger = ledgers_.find(unit);
  if (ledger != ledgers_.end() && std::erase(ledger->second.picks, place) != 0) space_.put(place);
}

void PickBoard::lose(Unit unit, Offset place) {
  const std::lock_guard lock(mutex_);
  std::erase(ledgers_.at(unit).picks, place);
  wins_ = 0;
  const Offset room = std::min(kWidestJump, space_.free() / 4);
  origin_ = place + 1 + (room == 0 ? 0 : random_below(room));
}

void PickBoard::mark_taken(Offset place) {
  const std::lock_guard lock(mutex_);
  space_.take(place);
}

void PickBoard::mark_free(Offset place) {
  const std::lock_guard lock(mutex_);
  space_.put(place);
}

int PickBoard::shard_of(Unit unit) {
  const std::lock_guard lock(mutex_);
  return ledgers_.at(unit).shard;
}

void PickBoard::refresh(std::uint64_t stale, const std::function<FreeSpace()>& load) {
  const std::lock_guard one_at_a_time(loading_);
  {
    const std::lock_guard lock(mutex_);
    if (generation_ != stale) return;
    settled_meanwhile_.clear();
    loading_now_ = true;
  }
  std::optional<FreeSpace> read;
  try {
    read = load();
  } catch (...) {
    const std::lock_guard lock(mutex_);
    loading_now_ = false;
    throw;
  }
  const std::lock_guard lock(mutex_);
  FreeSpace& fresh = *read;
  for (const auto& [unit, ledger] : ledgers_)
    for (const Offset place : ledger.picks)
      fresh.take(place);
  for (const Offset place : settled_meanwhile_)
    fresh.take(place);
  settled_meanwhile_.clear();
  loading_now_ = false;
  space_ = std::move(fresh);
  origin_ = 0;
  ++generation_;
}

std::uint64_t PickBoard::generation() const {
  const std::lock_guard lock(mutex_);
  return generation_;
}

Offset PickBoard::free() const {
  const std::lock_guard lock(mutex_);
  return space_.free();
}

Offset PickBoard::settled() const {
  const std::lock_guard lock(mutex_);
  Offset taken = space_.size() - space_.free();
  for (const auto& [unit, ledger] : ledgers_)
    taken -= ledger.picks.size();
  return taken;
}

std::vector<FreeRun> PickBoard::free_runs(Offset from, std::size_t limit) const {
  const std::lock_guard lock(mutex_);
  std::vector<FreeRun> runs;
  for (auto run = space_.next_run(from); run && runs.size() < limit;
       run = space_.next_run(run->last + 1))
    runs.push_back(*run);
  return runs;
}

void PickBoard::settle(Unit unit) {
  const std::lock_guard lock(mutex_);
  if (loading_now_)
    std::ranges::copy(ledgers_.at(unit).picks, std::back_inserter(settled_meanwhile_));
  close_ledger(unit);
}

void PickBoard::roll_back(Unit unit) {
  const std::lock_guard lock(mutex_);
  for (const Offset place : ledgers_.at(unit).picks)
    space_.put(place);
  close_ledger(unit);
}

void PickBoard::open_ledger(Unit unit) {
  const int shards = static_cast<int>(shard_users_.size());
  int best = first_shard_;
  for (int step = 1; step < shards && users(best) != 0; ++step)
    if (const int other = (first_shard_ + step) % shards; users(other) < users(best)) best = other;
  ++users(best);
  ledgers_[unit].shard = best;
}

void PickBoard::close_ledger(Unit unit) {
  --users(ledgers_.at(unit).shard);
  ledgers_.erase(unit);
}

int& PickBoard::users(int shard) { return shard_users_[static_cast<std::size_t>(shard)]; }

std::optional<Offset> PickBoard::next_from(Offset origin) const {
  const auto place = space_.next_free(origin);
  return place || origin == 0 ? place : space_.next_free(0);
}

Offset PickBoard::random_below(Offset bound) {
  return ((Offset{random_()} << 64) | random_()) % bound;
}

}  // namespace switchyard::ipam
