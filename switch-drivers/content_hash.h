// Names of shared objects after what they say: who wants the same finds the same object, and an
// object is never edited while somebody uses it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace switchyard::switch_drivers {

// FNV-1a: a name, not a proof. What is under the name is compared. The same content must get the
// same name for ever, because it is on switches.
class ContentHash {
 public:
  ContentHash& add(std::string_view text);

  // Between texts, so that "ab", "c" is not "a", "bc".
  ContentHash& end();

  [[nodiscard]] std::string text() const;  // 12 hex digits

 private:
  std::uint64_t hash_{14695981039346656037ULL};
};

}  // namespace switchyard::switch_drivers
