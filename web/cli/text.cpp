#include "web/cli/text.h"

#include <fmt/format.h>
#include <locale.h>
#include <wchar.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace switchyard::web::cli {
namespace {

struct Character {
  char32_t code{};
  std::size_t bytes{};  // 0: not valid UTF-8
};

// Strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
Character decode(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) return {first, 1};
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return {};
  char32_t code = first & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xc0U) != 0x80U) return {};
    code = (code << 6U) | (next & 0x3fU);
  }
  constexpr std::array<char32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < kSmallest.at(length) || is_surrogate || code > 0x10ffff) return {};
  return {code, length};
}

// Right-to-left marks and their kin reorder a whole line, C1 codes are controls of terminals.
bool steers(char32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x200b && code <= 0x200f) ||
         (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

int width_of(char32_t code) {
  // wcwidth() knows the Unicode tables, but only in a UTF-8 locale; C.UTF-8 is part of libc6.
  static const locale_t kUnicode = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (code < 0x80 || kUnicode == nullptr) return 1;
  const locale_t before = ::uselocale(kUnicode);
  const int width = ::wcwidth(static_cast<wchar_t>(code));
  ::uselocale(before);
  return std::max(width, 0);
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const auto [code, bytes] = decode(text);
    if (bytes == 0 || steers(code))
      result += is_one_of(text.substr(0, 1), {"\n", "\t", "\r"}) ? ' ' : '?';
    else
      result += text.substr(0, bytes);
    text.remove_prefix(std::max<std::size_t>(bytes, 1));
  }
  return result;
}

std::string printable_lines(std::string_view text) {
  std::string lines;
  while (!text.empty()) {
    const std::size_t length = text.find('\n');
    lines += printable(text.substr(0, length));
    if (length == std::string_view::npos) break;
    lines += '\n';
    text.remove_prefix(length + 1);
  }
  return lines;
}

int display_width(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const auto [code, bytes] = decode(text);
    width += bytes == 0 ? 1 : width_of(code);
    text.remove_prefix(std::max<std::size_t>(bytes, 1));
  }
  return width;
}

std::string shortened(std::string_view text, int columns, std::string_view ellipsis) {
  if (display_width(text) <= columns) return std::string(text);
  const int room = columns - display_width(ellipsis);
  if (room <= 0) return std::string(ellipsis.substr(0, columns > 0 ? ellipsis.size() : 0));
  std::string result;
  int width = 0;
  while (!text.empty()) {
    const auto [code, bytes] = decode(text);
    width += bytes == 0 ? 1 : width_of(code);
    if (width > room) break;
    result += text.substr(0, std::max<std::size_t>(bytes, 1));
    text.remove_prefix(std::max<std::size_t>(bytes, 1));
  }
  return result + std::string(ellipsis);
}

std::string padded(std::string_view text, int columns) {
  const int missing = columns - display_width(text);
  return std::string(text) + std::string(static_cast<std::size_t>(std::max(missing, 0)), ' ');
}

std::string duration_text(double seconds) {
  if (seconds < 9.95) return fmt::format("{:.1f} s", std::max(seconds, 0.0));
  const auto whole = static_cast<long long>(seconds + 0.5);
  if (whole < 100) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

std::string time_text(std::string_view rfc3339) {
  if (rfc3339.size() < 19 || rfc3339[10] != 'T') return "";
  return std::string(rfc3339.substr(0, 10)) + ' ' + std::string(rfc3339.substr(11, 8));
}

std::string Paint::with(std::string_view code, std::string_view text) const {
  if (!is_on || text.empty()) return std::string(text);
  return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

std::string Paint::state(std::string_view text) const {
  if (is_one_of(text, {"active", "available", "in-sync", "Established", "succeeded", "done",
                       "reachable", "released", "yes"}))
    return green(text);
  if (is_one_of(text, {"failed", "unreachable", "refused", "drifted", "revoked", "cancelled"}))
    return red(text);
  const bool is_moving = text.ends_with("ing") && text != "provisioning";  // that is a port mode
  if (is_moving || is_one_of(text, {"maintenance", "unknown", "queued", "hold_down"}))
    return yellow(text);
  return std::string(text);
}

}  // namespace switchyard::web::cli
