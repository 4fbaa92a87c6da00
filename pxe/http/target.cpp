#include "pxe/http/target.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

namespace switchyard::pxe::http {
namespace {

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (text.size() - i < 3) return std::nullopt;
      const int high = digit_of(text[i + 1]), low = digit_of(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return std::nullopt;
    decoded += c;
  }
  return decoded;
}

bool has_dot_segment(std::string_view path) {
  while (!path.empty()) {
    const auto slash = path.find('/');
    const auto segment = path.substr(0, slash);
    if (segment == "." || segment == "..") return true;
    path = slash == std::string_view::npos ? "" : path.substr(slash + 1);
  }
  return false;
}

// "http://host/path" to "/path".
std::string_view without_authority(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!text.starts_with(scheme)) continue;
    const auto slash = text.find_first_of("/?#", scheme.size());
    return slash == std::string_view::npos ? "/" : text.substr(slash);
  }
  return text;
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

constexpr const char* kDateForm = "%a, %d %b %Y %H:%M:%S GMT";

}  // namespace

Result<Target> parse_target(std::string_view text) {
  text = without_authority(text.substr(0, text.find('#')));
  const auto mark = text.find('?');
  const auto path = percent_decode(text.substr(0, mark));
  if (!path || !path->starts_with('/'))
    return failure(Errc::Invalid, "the request target is not a path");
  if (has_dot_segment(*path)) return failure(Errc::Invalid, "the path has a dot segment");
  Target target{.path = *path};
  if (mark != std::string_view::npos) target.query = text.substr(mark + 1);
  if (!percent_decode(target.query))
    return failure(Errc::Invalid, "the query is not percent-encoded");
  return target;
}

ByteRange parse_range(std::string_view value, std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (!value.starts_with(kUnit)) return {};
  value.remove_prefix(kUnit.size());
  const auto dash = value.find('-');
  if (dash == std::string_view::npos) return {};
  const auto first = number(value.substr(0, dash));
  const auto last = number(value.substr(dash + 1));
  const bool is_suffix = dash == 0;
  const bool is_open = dash + 1 == value.size();
  if ((!first && !is_suffix) || (!last && !is_open) || (is_suffix && is_open)) return {};
  if (first && last && *last < *first) return {};
  if (is_suffix) {
    const std::uint64_t length = std::min(*last, size);
    if (length == 0) return {.kind = ByteRange::Kind::Unsatisfiable};
    return {.kind = ByteRange::Kind::Part, .offset = size - length, .length = length};
  }
  if (*first >= size) return {.kind = ByteRange::Kind::Unsatisfiable};
  const std::uint64_t end = last ? std::min(*last, size - 1) : size - 1;
  return {.kind = ByteRange::Kind::Part, .offset = *first, .length = end - *first + 1};
}

std::string http_date(std::int64_t seconds) {
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), kDateForm, &parts)};
}

std::optional<std::int64_t> parse_http_date(std::string_view text) {
  if (text.size() != 29) return std::nullopt;
  std::tm parts{};
  const std::string copy(text);
  const char* end = ::strptime(copy.c_str(), kDateForm, &parts);
  if (end == nullptr || *end != 0) return std::nullopt;
  return ::timegm(&parts);
}

}  // namespace switchyard::pxe::http
