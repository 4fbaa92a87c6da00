#include "pxe/http/message.h"

#include <algorithm>
#include <array>
#include <utility>

namespace switchyard::pxe::http {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equal_without_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

// Only our own texts, and names that relative_name() let pass, get here; still nothing breaks out.
std::string quoted(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') json += '\\';
    json += static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e ? '?' : c;
  }
  return json + "\"";
}

constexpr std::array<std::pair<int, std::string_view>, 26> kReasons{{
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {416, "Range Not Satisfiable"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
}};

}  // namespace

std::string_view value_of(const Headers& headers, std::string_view name) {
  for (const Header& header : headers)
    if (equal_without_case(header.name, name)) return header.value;
  return {};
}

Answer Site::late(const Request&) { return error_answer(504, "the answer took too long"); }

Answer error_answer(int status, std::string_view detail) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}},
          .body = "{\"error\":" + quoted(detail) + "}\n"};
}

std::string_view reason_phrase(int status) {
  for (const auto& [code, reason] : kReasons)
    if (code == status) return reason;
  return "Status";
}

}  // namespace switchyard::pxe::http
