#include "web/edge/http.h"

#include <nlohmann/json.hpp>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace switchyard::web::edge {

bool equal_without_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

const std::string* find_header(const Headers& headers, std::string_view name) {
  const auto found = std::find_if(headers.begin(), headers.end(), [&](const Header& header) {
    return equal_without_case(header.name, name);
  });
  return found == headers.end() ? nullptr : &found->value;
}

File::~File() { ::close(descriptor_); }

std::size_t File::read_at(std::uint64_t offset, char* to, std::size_t count) const {
  const ssize_t got = ::pread(descriptor_, to, count, static_cast<off_t>(offset));
  return got > 0 ? static_cast<std::size_t>(got) : 0;
}

std::string_view reason_phrase(int status) {
  static constexpr std::array<std::pair<int, std::string_view>, 36> kPhrases{{
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {206, "Partial Content"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {304, "Not Modified"},
      {307, "Temporary Redirect"},
      {308, "Permanent Redirect"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {406, "Not Acceptable"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {410, "Gone"},
      {411, "Length Required"},
      {412, "Precondition Failed"},
      {413, "Content Too Large"},
      {414, "URI Too Long"},
      {415, "Unsupported Media Type"},
      {416, "Range Not Satisfiable"},
      {417, "Expectation Failed"},
      {422, "Unprocessable Content"},
      {428, "Precondition Required"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {505, "HTTP Version Not Supported"},
  }};
  const auto found = std::find_if(kPhrases.begin(), kPhrases.end(),
                                  [&](const auto& phrase) { return phrase.first == status; });
  return found == kPhrases.end() ? std::string_view("Unknown") : found->second;
}

Response problem(int status, std::string_view code, std::string_view detail,
                 std::string_view request_id) {
  nlohmann::json body{{"type", "about:blank"},
                      {"title", std::string(reason_phrase(status))},
                      {"status", status},
                      {"code", std::string(code)},
                      {"detail", std::string(detail)}};
  if (!request_id.empty()) body["request_id"] = std::string(request_id);
  Response response{.status = status};
  response.headers.push_back({"Content-Type", "application/problem+json"});
  response.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return response;
}

}  // namespace switchyard::web::edge
