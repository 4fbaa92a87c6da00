#include "web/edge/target.h"

#include <algorithm>
#include <cctype>

namespace switchyard::web::edge {
namespace {

tl::unexpected<Refusal> malformed(std::string detail) {
  return tl::unexpected<Refusal>(Refusal{400, "malformed_target", std::move(detail)});
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The byte of an escape at text[at] == '%', or -1.
int escaped_byte(std::string_view text, std::size_t at) {
  if (at + 2 >= text.size()) return -1;
  const int high = hex_value(text[at + 1]);
  const int low = hex_value(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

// RFC 3986 2.3
bool is_unreserved(unsigned char c) {
  return std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_' || c == '~';
}

// RFC 3986 3.3 and 3.4: characters a path or query may hold unescaped.
bool may_stand(char c, bool in_query) {
  if (is_unreserved(static_cast<unsigned char>(c))) return true;
  return std::string_view("!$&'()*+,;=:@/").find(c) != std::string_view::npos ||
         (in_query && c == '?');
}

Checked<std::string> normalise_escapes(std::string_view text, bool in_query) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      if (!may_stand(text[i], in_query))
        return malformed("the target has a character that must be percent-encoded");
      result += text[i];
      continue;
    }
    const int byte = escaped_byte(text, i);
    if (byte < 0) return malformed("the target has a broken percent-code");
    if (byte == 0) return malformed("the target has a percent-coded NUL");
    if (is_unreserved(static_cast<unsigned char>(byte)) && byte < 0x80) {
      result += static_cast<char>(byte);
    } else {
      result += '%';
      result += static_cast<char>(std::toupper(text[i + 1]));
      result += static_cast<char>(std::toupper(text[i + 2]));
    }
    i += 2;
  }
  return result;
}

Checked<std::string> normalise_path(std::string_view text) {
  auto path = normalise_escapes(text, false);
  if (!path) return path;
  std::string result;
  std::size_t at = 0;
  while (at < path->size()) {
    const auto slash = std::min(path->find('/', at), path->size());
    const auto segment = std::string_view(*path).substr(at, slash - at);
    if (segment == "." || segment == "..") return malformed("the path has a dot segment");
    if (!segment.empty()) result.append("/").append(segment);
    at = slash + 1;
  }
  if (result.empty() || (path->back() == '/' && path->size() > 1)) result += '/';
  return result;
}

// RFC 9112 3.2.2: a server accepts the absolute form; the authority is not used for anything.
std::string_view without_authority(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!target.starts_with(scheme)) continue;
    const auto path = target.find_first_of("/?", scheme.size());
    return path == std::string_view::npos ? std::string_view("/") : target.substr(path);
  }
  return target;
}

}  // namespace

Checked<Target> normalise_target(std::string_view target) {
  target = without_authority(target);
  if (!target.starts_with('/')) return malformed("the target does not begin with a slash");
  const auto mark = target.find('?');
  auto path = normalise_path(target.substr(0, mark));
  if (!path) return tl::unexpected(path.error());
  Target result{.path = std::move(*path)};
  if (mark == std::string_view::npos) return result;
  auto query = normalise_escapes(target.substr(mark + 1), true);
  if (!query) return tl::unexpected(query.error());
  result.query = std::move(*query);
  return result;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result += text[i];
      continue;
    }
    const int byte = escaped_byte(text, i);
    if (byte <= 0) return std::nullopt;
    result += static_cast<char>(byte);
    i += 2;
  }
  return result;
}

std::optional<Query> parse_query(std::string_view text) {
  Query result;
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    std::string pair(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    std::replace(pair.begin(), pair.end(), '+', ' ');
    const auto equals = std::min(pair.find('='), pair.size());
    auto name = percent_decode(std::string_view(pair).substr(0, equals));
    auto value = equals == pair.size() ? std::optional<std::string>("")
                                       : percent_decode(std::string_view(pair).substr(equals + 1));
    if (!name || !value) return std::nullopt;
    result.emplace_back(std::move(*name), std::move(*value));
  }
  return result;
}

}  // namespace switchyard::web::edge
