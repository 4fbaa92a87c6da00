// Which places of a numbered space are free: the memory behind "the next free address". Not
// thread-safe, knows no database; PickBoard guards it.
#pragma once

#include "core/net.h"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <variant>
#include <vector>

namespace switchyard::ipam {

// How far a place is from the first one of its space: 0 is 10.0.0.0 in 10.0.0.0/24.
using Offset = Uint128;

struct FreeRun {
  Offset first{};
  Offset last{};
  friend bool operator==(const FreeRun&, const FreeRun&) = default;
};

// One bit a place in levels of 64-way summaries, so the next free place is found in a few steps
// however full the space is. 130 KiB for 2^20 places.
class FreeBitmap {
 public:
  explicit FreeBitmap(std::uint32_t size);
  bool take(std::uint32_t place);
  bool put(std::uint32_t place);
  [[nodiscard]] std::optional<std::uint32_t> next_free(std::uint32_t from) const;
  [[nodiscard]] std::uint32_t next_taken(std::uint32_t from) const;  // size() when there is none

  [[nodiscard]] std::uint32_t size() const { return size_; }

 private:
  using Level = std::vector<std::uint64_t>;
  std::uint32_t size_{};
  std::vector<Level> levels_{};  // [0]: a set bit is a free place; above: the word below is not 0
};

// The taken places as runs that never touch: memory grows with what is taken, not with the space,
// so an IPv6 /64 costs nothing while it is empty.
class TakenRuns {
 public:
  explicit TakenRuns(Offset size) : size_(size) {}

  bool take(Offset place);
  bool put(Offset place);
  void take_run(Offset first, Offset last);
  [[nodiscard]] std::optional<Offset> next_free(Offset from) const;
  [[nodiscard]] Offset next_taken(Offset from) const;  // size() when there is none

  [[nodiscard]] Offset size() const { return size_; }

 private:
  Offset size_{};
  std::map<Offset, Offset> runs_{};  // first -> last
};

// Either of the two, by size.
class FreeSpace {
 public:
  static constexpr Offset kLargestBitmap = Offset{1} << 24;

  explicit FreeSpace(Offset size);  // all free; size > 0

  bool take(Offset place);  // false: it was taken already
  bool put(Offset place);   // false: it was free already
  void take_run(Offset first, Offset last);

  [[nodiscard]] std::optional<Offset> next_free(Offset from) const;
  [[nodiscard]] std::optional<FreeRun> next_run(
      Offset from) const;  // as long as it gets, cut at `from`

  [[nodiscard]] bool is_free(Offset place) const { return next_free(place) == place; }

  [[nodiscard]] Offset size() const { return size_; }

  [[nodiscard]] Offset free() const { return free_; }  // how many places are free

 private:
  Offset size_{};
  Offset free_{};
  std::variant<FreeBitmap, TakenRuns> space_;
};

}  // namespace switchyard::ipam
