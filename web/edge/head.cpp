#include "web/edge/head.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace switchyard::web::edge {
namespace {

tl::unexpected<Refusal> refuse(int status, std::string code, std::string detail) {
  return tl::unexpected<Refusal>(Refusal{status, std::move(code), std::move(detail)});
}

tl::unexpected<Refusal> malformed(std::string detail) {
  return refuse(400, "malformed_request", std::move(detail));
}

// RFC 9110 5.6.2
bool is_token_char(unsigned char c) {
  return std::isalnum(c) != 0 ||
         std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

// RFC 9110 5.5: visible characters, obs-text, spaces and tabs.
bool is_field_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return c == '\t' || (c >= 0x20 && c != 0x7f); });
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

Checked<Head> parse_request_line(std::string_view line, const Limits& limits) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last)
    return malformed("the request line is not 'METHOD target HTTP/1.1'");
  const auto method = line.substr(0, first);
  const auto target = line.substr(first + 1, last - first - 1);
  const auto version = line.substr(last + 1);
  if (!is_token(method)) return malformed("the method is not a token");
  if (target.size() > limits.target_bytes)
    return refuse(
        414, "target_too_long",
        "the request target is longer than " + std::to_string(limits.target_bytes) + " bytes");
  const bool clean = std::all_of(target.begin(), target.end(),
                                 [](unsigned char c) { return c > 0x20 && c < 0x7f; });
  if (target.empty() || !clean)
    return malformed("the request target has characters that must be percent-encoded");
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    if (version.size() == 8 && version.starts_with("HTTP/"))
      return refuse(505, "version_not_supported", "only HTTP/1.1 is spoken here");
    return malformed("the request line does not end in an HTTP version");
  }
  static constexpr std::array<std::string_view, 7> kMethods{"GET",   "HEAD",   "POST",   "PUT",
                                                            "PATCH", "DELETE", "OPTIONS"};
  if (std::find(kMethods.begin(), kMethods.end(), method) == kMethods.end())
    return refuse(501, "method_not_implemented", "this method is not known here");
  return Head{.method = std::string(method),
              .target = std::string(target),
              .keep_alive = version == "HTTP/1.1"};
}

Checked<Header> parse_field(std::string_view line) {
  // RFC 9112 5.2: a line that continues the one before it (obs-fold) is refused.
  if (line.front() == ' ' || line.front() == '\t')
    return malformed("a header field is folded over two lines");
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return malformed("a header line has no colon");
  if (!is_token(line.substr(0, colon)))
    return malformed("a header name is not a token (is there a space before the colon?)");
  const auto value = trimmed(line.substr(colon + 1));
  if (!is_field_value(value)) return malformed("a header value has a control character");
  return Header{lower(line.substr(0, colon)), std::string(value)};
}

std::optional<Refusal> refuse_repeated(const Headers& headers) {
  // Fields of which two would leave open which one counts.
  static constexpr std::array<std::string_view, 9> kSingle{
      "host",         "content-length", "transfer-encoding", "authorization",
      "content-type", "x-request-id",   "idempotency-key",   "expect",
      "last-event-id"};
  for (const std::string_view name : kSingle) {
    const auto count = std::count_if(headers.begin(), headers.end(),
                                     [&](const Header& header) { return header.name == name; });
    if (count > 1)
      return Refusal{400, "malformed_request",
                     "the header " + std::string(name) + " is sent twice"};
  }
  return std::nullopt;
}

bool is_host(std::string_view value) {
  return !value.empty() && std::all_of(value.begin(), value.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view(".-_:[]%~").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

Checked<std::uint64_t> parse_length(std::string_view text) {
  std::uint64_t length = 0;
  const bool digits =
      !text.empty() && text.size() <= 18 &&
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits) return malformed("Content-Length is not one decimal number");
  std::from_chars(text.data(), text.data() + text.size(), length);
  return length;
}

// RFC 9112 6: how long the body is. Both framings at once, or an unknown coding, is refused.
std::optional<Refusal> read_framing(Head& head, bool is_http_10) {
  const std::string* coding = find_header(head.headers, "transfer-encoding");
  const std::string* length = find_header(head.headers, "content-length");
  if (coding != nullptr && length != nullptr)
    return Refusal{400, "malformed_request",
                   "Content-Length and Transfer-Encoding exclude each other"};
  if (coding != nullptr && is_http_10)
    return Refusal{400, "malformed_request", "HTTP/1.0 has no Transfer-Encoding"};
  if (coding != nullptr && !equal_without_case(*coding, "chunked"))
    return Refusal{501, "coding_not_implemented", "the only transfer coding known here is chunked"};
  head.chunked = coding != nullptr;
  if (length == nullptr) return std::nullopt;
  const auto parsed = parse_length(*length);
  if (!parsed) return parsed.error();
  head.content_length = *parsed;
  return std::nullopt;
}

std::optional<Refusal> read_connection(Head& head, bool is_http_10) {
  for (const Header& header : head.headers) {
    if (header.name != "connection") continue;
    std::string_view rest = header.value;
    while (!rest.empty()) {
      const auto comma = rest.find(',');
      if (equal_without_case(trimmed(rest.substr(0, comma)), "close")) head.keep_alive = false;
      rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
    }
  }
  const std::string* expect = find_header(head.headers, "expect");
  if (expect == nullptr) return std::nullopt;
  if (!equal_without_case(*expect, "100-continue"))
    return Refusal{417, "expectation_failed", "the only expectation known here is 100-continue"};
  head.expects_continue = !is_http_10;
  return std::nullopt;
}

std::optional<Refusal> read_meaning(Head& head, bool is_http_10) {
  if (auto refusal = refuse_repeated(head.headers)) return refusal;
  const std::string* host = find_header(head.headers, "host");
  if (host == nullptr && !is_http_10)
    return Refusal{400, "malformed_request", "HTTP/1.1 needs a Host header"};
  if (host != nullptr && !is_host(*host))
    return Refusal{400, "malformed_request", "the Host header is not a host name"};
  if (auto refusal = read_framing(head, is_http_10)) return refusal;
  return read_connection(head, is_http_10);
}

}  // namespace

Checked<Head> parse_head(std::string_view block, const Limits& limits) {
  auto end = block.find("\r\n");
  if (end == std::string_view::npos) return malformed("the request line does not end");
  auto head = parse_request_line(block.substr(0, end), limits);
  if (!head) return head;
  const bool is_http_10 = !head->keep_alive;
  block.remove_prefix(end + 2);
  while (!block.starts_with("\r\n")) {
    end = block.find("\r\n");
    if (end == std::string_view::npos) return malformed("the header does not end in an empty line");
    auto field = parse_field(block.substr(0, end));
    if (!field) return tl::unexpected(field.error());
    if (head->headers.size() == limits.head_fields)
      return refuse(431, "too_many_headers",
                    "more than " + std::to_string(limits.head_fields) + " header fields");
    head->headers.push_back(std::move(*field));
    block.remove_prefix(end + 2);
  }
  if (auto refusal = read_meaning(*head, is_http_10)) return tl::unexpected(std::move(*refusal));
  return head;
}

std::optional<Refusal> refuse_early(std::string_view bytes, std::size_t from) {
  for (std::size_t i = from; i < bytes.size(); ++i) {
    if (bytes[i] == '\0') return Refusal{400, "malformed_request", "the header has a NUL byte"};
    if (bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r'))
      return Refusal{400, "malformed_request", "a header line ends in a bare line feed"};
    if (bytes[i] == '\r' && i + 1 < bytes.size() && bytes[i + 1] != '\n')
      return Refusal{400, "malformed_request", "a carriage return is not followed by a line feed"};
    // What follows the empty line is the body, which may hold anything and often comes along.
    if (bytes.substr(0, i + 1).ends_with("\r\n\r\n")) break;
  }
  // RFC 9110 9.1: methods are tokens; a TLS hello or a binary protocol is none.
  if (!bytes.empty() && bytes.front() != '\r' &&
      !is_token_char(static_cast<unsigned char>(bytes.front())))
    return Refusal{400, "malformed_request", "this is not HTTP (is the client speaking TLS?)"};
  return std::nullopt;
}

}  // namespace switchyard::web::edge
