#include "web/edge/static_site.h"

#include "web/edge/target.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace switchyard::web::edge {
namespace {

struct Found {
  std::shared_ptr<const File> file{};
  std::string etag{};
  std::string name{};
};

// Opens `path` (decoded, relative) one component at a time. O_NOFOLLOW on each of them: no link in
// the tree can lead out of it.
int open_below(const std::string& root, std::string_view path) {
  int directory = ::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  while (directory >= 0) {
    const auto slash = path.find('/');
    const std::string part(path.substr(0, slash));
    const bool is_last = slash == std::string_view::npos;
    const bool hidden = part.empty() || part.front() == '.';
    const int flags = is_last ? O_RDONLY | O_NONBLOCK : O_PATH | O_DIRECTORY;
    const int next =
        hidden ? -1 : ::openat(directory, part.c_str(), flags | O_NOFOLLOW | O_CLOEXEC);
    ::close(directory);
    if (is_last) return next;
    directory = next;
    path.remove_prefix(slash + 1);
  }
  return -1;
}

std::optional<Found> find_file(const StaticSite& site, const std::string& name) {
  const int descriptor = open_below(site.root, name);
  if (descriptor < 0) return std::nullopt;

  struct stat status {};

  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(descriptor);
    return std::nullopt;
  }
  const auto micros = status.st_mtim.tv_sec * 1'000'000LL + status.st_mtim.tv_nsec / 1000;
  std::array<char, 64> tag{};
  std::snprintf(tag.data(), tag.size(), "\"%llx-%llx-%llx\"",
                static_cast<unsigned long long>(micros),
                static_cast<unsigned long long>(status.st_size),
                static_cast<unsigned long long>(status.st_ino));
  return Found{std::make_shared<const File>(descriptor, static_cast<std::uint64_t>(status.st_size)),
               tag.data(), name};
}

bool matches(const std::string* tags, const std::string& etag) {
  return tags != nullptr && (*tags == "*" || tags->find(etag) != std::string::npos);
}

Response answer_with(const StaticSite& site, const Request& request, Found found) {
  Response response;
  const std::string_view type = media_type(found.name);
  response.headers = {{"ETag", found.etag}, {"Accept-Ranges", "bytes"}};
  response.headers.push_back({"Cache-Control", has_hashed_name(found.name)
                                                   ? "public, max-age=31536000, immutable"
                                                   : "no-cache"});
  if (matches(find_header(request.headers, "if-none-match"), found.etag)) {
    response.status = 304;
    return response;
  }
  response.headers.push_back({"Content-Type", std::string(type)});
  if (type.starts_with("text/html") && !site.content_policy.empty())
    response.headers.push_back({"Content-Security-Policy", site.content_policy});
  const std::uint64_t size = found.file->size();
  response.file = FilePart{found.file, 0, size};
  const std::string* range = find_header(request.headers, "range");
  const std::string* if_range = find_header(request.headers, "if-range");
  if (range == nullptr || (if_range != nullptr && *if_range != found.etag)) return response;
  const ByteRange part = parse_range(*range, size);
  if (part.kind == ByteRange::Kind::Whole) return response;
  if (part.kind == ByteRange::Kind::Unsatisfiable) {
    auto refused = problem(416, "range_not_satisfiable",
                           "the file has " + std::to_string(size) + " bytes", request.request_id);
    refused.headers.push_back({"Content-Range", "bytes */" + std::to_string(size)});
    return refused;
  }
  response.status = 206;
  response.file = FilePart{found.file, part.offset, part.length};
  response.headers.push_back({"Content-Range", "bytes " + std::to_string(part.offset) + "-" +
                                                   std::to_string(part.offset + part.length - 1) +
                                                   "/" + std::to_string(size)});
  return response;
}

std::string_view extension_of(std::string_view path) {
  const auto name = path.substr(path.rfind('/') + 1);  // npos + 1 == 0: the whole path
  const auto dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string_view{} : name.substr(dot + 1);
}

}  // namespace

std::string_view media_type(std::string_view path) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kTypes{{
      {"html", "text/html; charset=utf-8"},
      {"js", "text/javascript; charset=utf-8"},
      {"mjs", "text/javascript; charset=utf-8"},
      {"css", "text/css; charset=utf-8"},
      {"json", "application/json"},
      {"map", "application/json"},
      {"svg", "image/svg+xml"},
      {"png", "image/png"},
      {"ico", "image/x-icon"},
      {"webp", "image/webp"},
      {"woff2", "font/woff2"},
      {"txt", "text/plain; charset=utf-8"},
      {"ipxe", "text/plain; charset=utf-8"},
      {"yaml", "application/yaml"},
      {"webmanifest", "application/manifest+json"},
      {"wasm", "application/wasm"},
  }};
  const auto extension = extension_of(path);
  const auto found = std::find_if(kTypes.begin(), kTypes.end(),
                                  [&](const auto& type) { return type.first == extension; });
  return found == kTypes.end() ? std::string_view("application/octet-stream") : found->second;
}

bool has_hashed_name(std::string_view path) {
  const auto name = path.substr(path.rfind('/') + 1);
  const auto dot = name.rfind('.');
  const auto dash = name.substr(0, dot).find_last_of("-.");
  if (dot == std::string_view::npos || dash == std::string_view::npos) return false;
  const auto hash = name.substr(dash + 1, dot - dash - 1);
  const auto is_word = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; };
  const auto is_digit = [](unsigned char c) { return std::isdigit(c) != 0; };
  return hash.size() >= 8 && std::all_of(hash.begin(), hash.end(), is_word) &&
         std::any_of(hash.begin(), hash.end(), is_digit);
}

ByteRange parse_range(std::string_view value, std::uint64_t size) {
  const auto number = [](std::string_view text) -> std::optional<std::uint64_t> {
    std::uint64_t result = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), result);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return result;
  };
  if (!value.starts_with("bytes=")) return {};
  value.remove_prefix(6);
  const auto dash = value.find('-');
  if (dash == std::string_view::npos || value.find(',') != std::string_view::npos) return {};
  const auto first = number(value.substr(0, dash));
  const auto last = number(value.substr(dash + 1));
  const bool open_end = dash + 1 == value.size();
  if (dash == 0) {  // the last so many bytes
    if (!last) return {};
    if (*last == 0 || size == 0) return {ByteRange::Kind::Unsatisfiable};
    const auto length = std::min(*last, size);
    return {ByteRange::Kind::Part, size - length, length};
  }
  if (!first || (!last && !open_end) || (last && *last < *first)) return {};
  if (*first >= size) return {ByteRange::Kind::Unsatisfiable};
  const auto end = open_end ? size - 1 : std::min(*last, size - 1);
  return {ByteRange::Kind::Part, *first, end - *first + 1};
}

Response serve_file(const StaticSite& site, const Request& request) {
  if (request.method != "GET" && request.method != "HEAD") {
    auto refused = problem(405, "method_not_allowed", "only GET and HEAD are possible here",
                           request.request_id);
    refused.headers.push_back({"Allow", "GET, HEAD"});
    return refused;
  }
  const auto decoded = percent_decode(request.path);
  const bool usable = decoded && !site.root.empty() &&
                      // A slash that was percent-coded would be a second way to spell a path.
                      request.path.find("%2F") == std::string::npos;
  if (usable) {
    std::string name = decoded->substr(1);
    if (name.empty() && !site.fallback.empty()) name = site.fallback;
    if (auto found = find_file(site, name)) return answer_with(site, request, std::move(*found));
    if (!site.fallback.empty() && extension_of(name).empty()) {
      if (auto page = find_file(site, site.fallback))
        return answer_with(site, request, std::move(*page));
    }
  }
  return problem(404, "not_found", "there is no page at this path", request.request_id);
}

}  // namespace switchyard::web::edge
