#include "switch-drivers/content_hash.h"

#include <fmt/format.h>

namespace switchyard::switch_drivers {

namespace {

constexpr std::uint64_t kPrime = 1099511628211ULL;
constexpr std::uint64_t kEnd = 0xff;  // in no text
constexpr std::uint64_t kShown = 0xffffffffffffULL;

}  // namespace

ContentHash& ContentHash::add(std::string_view text) {
  for (const char c : text)
    hash_ = (hash_ ^ static_cast<unsigned char>(c)) * kPrime;
  return *this;
}

ContentHash& ContentHash::end() {
  hash_ = (hash_ ^ kEnd) * kPrime;
  return *this;
}

std::string ContentHash::text() const { return fmt::format("{:012x}", hash_ & kShown); }

}  // namespace switchyard::switch_drivers
