// Free places as a bitmap with summaries, or as the gaps between taken runs.
#include "ipam/free_space.h"

#include <algorithm>
#include <bit>
#include <iterator>

namespace switchyard::ipam {
namespace {

constexpr std::uint32_t kWord = 64;

std::uint64_t bit(std::uint32_t place) { return std::uint64_t{1} << (place % kWord); }

// The bits of a word from `place` upwards.
std::uint64_t from_bit(std::uint32_t place) { return ~std::uint64_t{0} << (place % kWord); }

}  // namespace

FreeBitmap::FreeBitmap(std::uint32_t size) : size_(size) {
  std::uint32_t bits = size;
  do {
    Level level((bits + kWord - 1) / kWord, ~std::uint64_t{0});
    if (bits % kWord != 0) level.back() = bit(bits) - 1;
    bits = static_cast<std::uint32_t>(level.size());
    levels_.push_back(std::move(level));
  } while (bits > 1);
}

bool FreeBitmap::take(std::uint32_t place) {
  if ((levels_[0][place / kWord] & bit(place)) == 0) return false;
  for (Level& level : levels_) {
    std::uint64_t& word = level[place / kWord];
    word &= ~bit(place);
    if (word != 0) break;  // something else is free below: the summary stays
    place /= kWord;
  }
  return true;
}

bool FreeBitmap::put(std::uint32_t place) {
  if ((levels_[0][place / kWord] & bit(place)) != 0) return false;
  for (Level& level : levels_) {
    level[place / kWord] |= bit(place);
    place /= kWord;
  }
  return true;
}

std::optional<std::uint32_t> FreeBitmap::next_free(std::uint32_t from) const {
  std::size_t height = 0;
  while (true) {  // climb until a word has a free bit at or after `from`
    const Level& level = levels_[height];
    if (from / kWord >= level.size()) return std::nullopt;
    const std::uint64_t rest = level[from / kWord] & from_bit(from);
    if (rest != 0) {
      from = from / kWord * kWord + static_cast<std::uint32_t>(std::countr_zero(rest));
      break;
    }
    if (++height == levels_.size()) return std::nullopt;
    from = from / kWord + 1;
  }
  while (height > 0) {  // and come down along the lowest free bits
    const std::uint64_t word = levels_[--height][from];
    from = from * kWord + static_cast<std::uint32_t>(std::countr_zero(word));
  }
  return from;
}

std::uint32_t FreeBitmap::next_taken(std::uint32_t from) const {
  const Level& words = levels_[0];
  while (from < size_) {
    const std::uint64_t taken = ~words[from / kWord] & from_bit(from);
    if (taken != 0)
      return std::min(size_,
                      from / kWord * kWord + static_cast<std::uint32_t>(std::countr_zero(taken)));
    from = (from / kWord + 1) * kWord;
  }
  return size_;
}

bool TakenRuns::take(Offset place) {
  if (next_free(place) != place) return false;
  take_run(place, place);
  return true;
}

void TakenRuns::take_run(Offset first, Offset last) {
  auto next = runs_.upper_bound(first);
  if (next != runs_.begin()) {
    const auto before = std::prev(next);
    if (before->second + 1 >= first) {  // overlaps or touches: grow it instead
      first = before->first;
      last = std::max(last, before->second);
      next = runs_.erase(before);
    }
  }
  while (next != runs_.end() && next->first <= last + 1) {
    last = std::max(last, next->second);
    next = runs_.erase(next);
  }
  runs_.emplace_hint(next, first, last);
}

bool TakenRuns::put(Offset place) {
  auto run = runs_.upper_bound(place);
  if (run == runs_.begin() || (--run)->second < place) return false;
  const auto [first, last] = *run;
  runs_.erase(run);
  if (first < place) runs_.emplace(first, place - 1);
  if (place < last) runs_.emplace(place + 1, last);
  return true;
}

std::optional<Offset> TakenRuns::next_free(Offset from) const {
  const auto next = runs_.upper_bound(from);
  if (next != runs_.begin()) from = std::max(from, std::prev(next)->second + 1);
  if (from >= size_) return std::nullopt;
  return from;
}

Offset TakenRuns::next_taken(Offset from) const {
  auto next = runs_.upper_bound(from);
  if (next != runs_.begin() && std::prev(next)->second >= from) return from;
  return next == runs_.end() ? size_ : next->first;
}

FreeSpace::FreeSpace(Offset size)
    : size_(size),
      free_(size),
      space_(size <= kLargestBitmap
                 ? std::variant<FreeBitmap, TakenRuns>{FreeBitmap{static_cast<std::uint32_t>(size)}}
                 : std::variant<FreeBitmap, TakenRuns>{TakenRuns{size}}) {}

bool FreeSpace::take(Offset place) {
  if (place >= size_) return false;
  const bool was_free = std::holds_alternative<FreeBitmap>(space_)
                            ? std::get<FreeBitmap>(space_).take(static_cast<std::uint32_t>(place))
                            : std::get<TakenRuns>(space_).take(place);
  if (was_free) --free_;
  return was_free;
}

bool FreeSpace::put(Offset place) {
  if (place >= size_) return false;
  const bool was_taken = std::holds_alternative<FreeBitmap>(space_)
                             ? std::get<FreeBitmap>(space_).put(static_cast<std::uint32_t>(place))
                             : std::get<TakenRuns>(space_).put(place);
  if (was_taken) ++free_;
  return was_taken;
}

void FreeSpace::take_run(Offset first, Offset last) {
  last = std::min(last, size_ - 1);
  if (auto* runs = std::get_if<TakenRuns>(&space_)) {
    for (auto run = next_run(first); run && run->first <= last; run = next_run(run->last + 1))
      free_ -= std::min(run->last, last) - run->first + 1;
    runs->take_run(first, last);
    return;
  }
  for (Offset place = first; place <= last; ++place)
    take(place);
}

std::optional<Offset> FreeSpace::next_free(Offset from) const {
  if (from >= size_) return std::nullopt;
  if (const auto* runs = std::get_if<TakenRuns>(&space_)) return runs->next_free(from);
  return std::get<FreeBitmap>(space_).next_free(static_cast<std::uint32_t>(from));
}

std::optional<FreeRun> FreeSpace::next_run(Offset from) const {
  const std::optional<Offset> first = next_free(from);
  if (!first) return std::nullopt;
  const auto* runs = std::get_if<TakenRuns>(&space_);
  const Offset end =
      runs != nullptr ? runs->next_taken(*first)
                      : std::get<FreeBitmap>(space_).next_taken(static_cast<std::uint32_t>(*first));
  return FreeRun{*first, end - 1};
}

}  // namespace switchyard::ipam
