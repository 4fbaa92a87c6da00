#include "core/net_text.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace switchyard::net_text {

static constexpr std::size_t kMaxShown = 60;

std::string shown(std::string_view text) {
  std::string safe{text.substr(0, kMaxShown)};
  std::ranges::replace_if(
      safe, [](unsigned char c) { return c < 0x20 || c >= 0x7f; }, '?');
  return text.size() > kMaxShown ? safe + "..." : safe;
}

tl::unexpected<Error> not_a(std::string_view what, std::string_view text) {
  return failure(Errc::Invalid, "not " + std::string{what} + ": '" + shown(text) + "'");
}

std::optional<unsigned> number(std::string_view text, std::size_t most, int base) {
  if (text.empty() || text.size() > most) return std::nullopt;
  if (base == 10 && text.size() > 1 && text[0] == '0') return std::nullopt;  // octal to some
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string hex(unsigned value) {
  std::array<char, 8> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, 16).ptr;
  return {buffer.data(), end};
}

}  // namespace switchyard::net_text
