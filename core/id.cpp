#include "core/id.h"

#include <sodium.h>

#include <array>
#include <cstdint>
#include <stdexcept>
#include <vector>

namespace switchyard {

namespace {

constexpr std::string_view kCrockford = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr int kTimeDigits = 9;    // 45 bits of milliseconds: until the year 3084
constexpr int kRandomDigits = 7;  // 35 bits within one millisecond

// Calling it again costs nothing; without it the random bytes may not be safe.
void need_sodium() {
  if (sodium_init() < 0) throw std::logic_error("libsodium cannot be initialised");
}

std::string digits(std::uint64_t value, int count) {
  std::string text(static_cast<std::size_t>(count), '0');
  for (auto place = text.rbegin(); place != text.rend(); ++place, value >>= 5)
    *place = kCrockford[value & 31];
  return text;
}

}  // namespace

std::string new_id(std::string_view kind, Timestamp now) {
  need_sodium();
  const auto millis = std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count();
  std::uint64_t random = 0;
  randombytes_buf(&random, sizeof random);
  return std::string{kind} + "-" + digits(static_cast<std::uint64_t>(millis), kTimeDigits) +
         digits(random, kRandomDigits);
}

std::string random_hex(std::size_t count) {
  need_sodium();
  std::vector<std::uint8_t> bytes(count);
  randombytes_buf(bytes.data(), bytes.size());
  std::string text(2 * count + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
  text.pop_back();  // the terminator sodium writes
  return text;
}

}  // namespace switchyard
