// What a piece of a switch's answer meant the last time it was read. Nearly all of a switch reads
// the same from one look to the next, and understanding text costs far more than comparing it.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace switchyard::switch_drivers::linux_frr {

// Only for pure readers: the same text must always mean the same value. Holds what the last two
// readings needed, so its size is bounded by that of the answers. Not thread-safe.
template <class Value> class Memo {
 public:
  // A new reading begins: what the one before did not need is forgotten.
  void next_reading() {
    before_ = std::move(now_);
    now_.clear();
  }

  // Valid until the second next_reading() from now.
  template <class Parse> const Value& of(std::string_view text, const Parse& parse) {
    if (const auto found = now_.find(text); found != now_.end()) return found->second;
    if (const auto found = before_.find(text); found != before_.end())
      return now_.insert(before_.extract(found)).position->second;
    return now_.emplace(std::string{text}, parse(text)).first->second;
  }

 private:
  struct Hash {
    using is_transparent = void;

    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };

  using Values = std::unordered_map<std::string, Value, Hash, std::equal_to<>>;
  Values now_{}, before_{};
};

}  // namespace switchyard::switch_drivers::linux_frr
