#include "web/edge/gzip.h"

#include <zlib.h>

#include <cstdlib>

namespace switchyard::web::edge {
namespace {

constexpr std::size_t kWorthIt = 1400;  // below about one packet nothing is won
constexpr int kGzipWindow = 15 + 16;    // zlib: 32 KiB window, gzip wrapper

bool is_text(const Headers& headers) {
  const std::string* type = find_header(headers, "content-type");
  if (type == nullptr) return false;
  return type->starts_with("application/json") || type->starts_with("application/problem+json") ||
         type->starts_with("application/yaml") || type->starts_with("text/");
}

bool deflate_all(const std::string& body, std::string& packed) {
  z_stream stream{};
  if (deflateInit2(&stream, 5, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    return false;
  packed.resize(deflateBound(&stream, body.size()));
  // zlib only reads through next_in.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const bool complete = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return complete && packed.size() < body.size();
}

}  // namespace

bool accepts_gzip(const Headers& request_headers) {
  const std::string* accepted = find_header(request_headers, "accept-encoding");
  if (accepted == nullptr) return false;
  std::string_view rest = *accepted;
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    std::string_view item = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
    item.remove_prefix(std::min(item.find_first_not_of(' '), item.size()));
    const auto semicolon = item.find(';');
    std::string_view coding = item.substr(0, semicolon);
    while (coding.ends_with(' '))
      coding.remove_suffix(1);
    if (!equal_without_case(coding, "gzip") && coding != "*") continue;
    const auto quality = item.find("q=");
    return quality == std::string_view::npos ||
           std::strtod(std::string(item.substr(quality + 2)).c_str(), nullptr) > 0;
  }
  return false;
}

void compress(Response& response) {
  constexpr std::size_t kTooBig = 1U << 30;  // zlib counts input in 32 bits
  if (response.body.size() < kWorthIt || response.body.size() > kTooBig) return;
  if (!is_text(response.headers)) return;
  std::string packed;
  if (!deflate_all(response.body, packed)) return;
  response.body = std::move(packed);
  for (Header& header : response.headers) {
    if (equal_without_case(header.name, "etag") && header.value.ends_with('"'))
      header.value.insert(header.value.size() - 1, "-gzip");
  }
  response.headers.push_back({"Content-Encoding", "gzip"});
}

std::string without_gzip_suffix(std::string_view tags) {
  constexpr std::string_view kSuffix = "-gzip\"";
  std::string result(tags);
  for (auto at = result.find(kSuffix); at != std::string::npos; at = result.find(kSuffix, at))
    result.erase(at, kSuffix.size() - 1);
  return result;
}

}  // namespace switchyard::web::edge
