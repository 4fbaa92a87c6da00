// What is free, for people and programs that look before they take.
#include "core/db/query.h"
#include "ipam/addresses.h"
#include "ipam/allocator.h"
#include "ipam/subnets.h"

#include <algorithm>
#include <bit>

namespace switchyard::ipam {
namespace {

constexpr std::size_t kRunsAPage = 1024;
constexpr Offset kSmallSpace = 65'536;  // so many addresses are read again in a few milliseconds
constexpr std::chrono::seconds kRefreshEvery{1};

bool is_current(db::Session& session, const Subnet& subnet) {
  return db::select_one<long long>(
             session, "SELECT version FROM subnets WHERE name = :name AND version = :v",
             subnet.name, subnet.version)
      .has_value();
}

// The most places that fit an aligned block which starts at `first` and ends before or at `last`.
int block_bits(Offset first, Offset last) {
  int bits = 0;
  while ((first >> bits & 1) == 0 && first + ((Offset{1} << (bits + 1)) - 1) <= last)
    ++bits;
  return bits;
}

}  // namespace

// The pool after a check against the definition and the counters: other processes leave no mark in
// our memory but these.
Result<SubnetPoolPointer> Allocator::up_to_date(db::Session& session, std::string_view subnet) {
  auto pool = pools_.get(session, subnet);
  if (!pool) return pool;
  if (!is_current(session, (*pool)->subnet)) {
    pools_.forget(*pool);
    pool = pools_.get(session, subnet);
    if (!pool) return pool;
  }
  PickBoard& board = *(*pool)->board;
  const auto seen = board.generation();
  const auto usage = find_utilisation(session, subnet);
  if (!usage) return pool;
  const auto stored = static_cast<Offset>(usage->used + usage->held + usage->reserved);
  const Offset withheld = size_of((*pool)->subnet.prefix) - usage->total;
  if (stored + withheld == board.settled()) return pool;
  const bool small = size_of((*pool)->subnet.prefix) <= kSmallSpace;
  if (small || is_due((*pool)->refresh_due, clock_, kRefreshEvery)) refresh(session, **pool, seen);
  return pool;
}

Result<std::vector<IpAddress>> Allocator::available(db::Session& session, std::string_view subnet,
                                                    std::size_t limit) {
  const auto pool = up_to_date(session, subnet);
  if (!pool) return tl::unexpected(pool.error());
  limit = std::min(limit, kMostListed);
  std::vector<IpAddress> free;
  for (const FreeRun& run : (*pool)->board->free_runs(0, limit)) {
    if (free.size() >= limit) break;
    const Offset last = std::min(run.last, run.first + (limit - free.size()) - 1);
    // What the database knows beats what memory thinks.
    const auto taken = taken_between(session, (*pool)->subnet, {run.first, last}, limit);
    for (Offset place = run.first; place <= last; ++place)
      if (!std::ranges::binary_search(taken, place)) free.push_back((*pool)->address(place));
  }
  return free;
}

Result<std::vector<Prefix>> Allocator::free_blocks(db::Session& session, std::string_view subnet,
                                                   int smallest, std::size_t limit) {
  const auto pool = up_to_date(session, subnet);
  if (!pool) return tl::unexpected(pool.error());
  const int longest = max_length((*pool)->subnet.prefix.network.family);
  if (smallest < 0 || smallest > longest)
    return failure(Errc::Invalid, describe((*pool)->subnet) + ": free blocks of /" +
                                      std::to_string(smallest) + " do not exist; use 0 to " +
                                      std::to_string(longest));
  limit = std::min(limit, kMostListed);
  std::vector<Prefix> blocks;
  Offset from = 0;
  while (blocks.size() < limit) {
    const auto runs = (*pool)->board->free_runs(from, kRunsAPage);
    if (runs.empty()) break;
    from = runs.back().last + 1;
    for (const FreeRun& run : runs) {
      for (Offset first = run.first; first <= run.last && blocks.size() < limit;) {
        const int bits = block_bits(first, run.last);
        if (longest - bits <= smallest)
          blocks.push_back({(*pool)->address(first), static_cast<std::uint8_t>(longest - bits)});
        first += Offset{1} << bits;
      }
    }
  }
  return blocks;
}

}  // namespace switchyard::ipam
