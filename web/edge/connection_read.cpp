// Reading one request: head by our own strict parser, body by Beast's.
#include "web/edge/connection.h"

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <array>

namespace switchyard::web::edge {
namespace {

namespace http = boost::beast::http;

constexpr std::size_t kReadSize = 8 * 1024;
// Beast leaves a chunk head in the buffer until its line ends; nobody needs a longer one.
constexpr std::size_t kLongestChunkLine = 1024;

const Refusal kGone{0, "", ""};  // nobody is there any more: nothing to say

Refusal too_large(const Limits& limits) {
  return {413, "body_too_large",
          "the request body is larger than " + std::to_string(limits.body_bytes) + " bytes"};
}

Refusal overloaded() {
  return {503, "overloaded", "too many request bodies are being received at the moment"};
}

Refusal refusal_of(const error_code& error, const Limits& limits) {
  if (error == http::error::body_limit) return too_large(limits);
  return {400, "malformed_request", "the chunked body is not well-formed"};
}

}  // namespace

// More bytes into the buffer. `phase` names what is late if the deadline passes.
net::awaitable<std::optional<Refusal>> Connection::fill(std::string_view phase) {
  std::array<char, kReadSize>
      bytes;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by read
  error_code error;
  const std::size_t count = co_await stream_->read_some(net::buffer(bytes), error);
  if (error == net::error::timed_out && !phase.empty())
    co_return Refusal{408, "request_timeout", std::string(phase) + " did not arrive in time"};
  if (error) co_return kGone;
  buffer_.append(bytes.data(), count);
  co_return std::nullopt;
}

// RFC 9112 2.2: one empty line before a request is ignored.
void Connection::drop_leading_line() {
  if (buffer_.starts_with("\r\n")) buffer_.erase(0, 2);
}

net::awaitable<Checked<Head>> Connection::read_head() {
  const Limits& limits = service_.limits;
  drop_leading_line();
  if (buffer_.empty()) {
    stream_->set_deadline(limits.idle);
    const auto gone = co_await fill("");
    if (gone) co_return tl::unexpected(*gone);
    drop_leading_line();
  }
  stream_->set_deadline(limits.header);
  std::size_t seen = 0;
  while (true) {
    if (const auto refusal = refuse_early(buffer_, seen)) co_return tl::unexpected(*refusal);
    const auto end = buffer_.find("\r\n\r\n", seen < 3 ? 0 : seen - 3);
    const bool is_complete = end != std::string::npos;
    if (is_complete ? end + 4 > limits.head_bytes : buffer_.size() > limits.head_bytes)
      co_return tl::unexpected(Refusal{
          431, "header_too_large",
          "the request header is larger than " + std::to_string(limits.head_bytes) + " bytes"});
    if (is_complete) {
      auto head = parse_head(std::string_view(buffer_).substr(0, end + 4), limits);
      buffer_.erase(0, end + 4);
      co_return head;
    }
    // The last byte is looked at again: it may be the first half of a line end.
    seen = buffer_.empty() ? 0 : buffer_.size() - 1;
    const auto failed = co_await fill("the request header");
    if (failed) co_return tl::unexpected(*failed);
  }
}

bool Connection::hold_body(std::uint64_t size) {
  const std::uint64_t before =
      service_.body_bytes.fetch_add(size - held_);  // wraps when it shrinks
  const bool fits = size <= held_ || before + (size - held_) <= service_.limits.body_bytes_of_all;
  if (!fits) service_.body_bytes.fetch_sub(size - held_);
  if (fits) held_ = size;
  return fits;
}

net::awaitable<Checked<std::string>> Connection::read_body(const Head& head) {
  const Limits& limits = service_.limits;
  if (head.content_length.value_or(0) > limits.body_bytes)
    co_return tl::unexpected(too_large(limits));
  if (!head.chunked && head.content_length.value_or(0) == 0) co_return std::string{};
  if (!hold_body(head.content_length.value_or(0))) co_return tl::unexpected(overloaded());
  stream_->set_deadline(limits.body);
  if (head.expects_continue && buffer_.empty()) {
    const error_code failed =
        co_await stream_->write("HTTP/1.1 100 Continue\r\n\r\n", limits.write_stall);
    if (failed) co_return tl::unexpected(kGone);
    stream_->set_deadline(limits.body);
  }
  // Beast sees a head of our own making: exactly the framing that parse_head() approved.
  http::request_parser<http::string_body> parser;
  parser.body_limit(limits.body_bytes);
  parser.eager(true);
  const std::string framing =
      "POST / HTTP/1.1\r\n" +
      (head.chunked ? std::string("Transfer-Encoding: chunked")
                    : "Content-Length: " + std::to_string(*head.content_length)) +
      "\r\n\r\n";
  error_code error;
  parser.put(net::buffer(framing), error);
  while (!parser.is_done()) {
    error.clear();
    const std::size_t used = buffer_.empty() ? 0 : parser.put(net::buffer(buffer_), error);
    buffer_.erase(0, used);
    if (error && error != http::error::need_more)
      co_return tl::unexpected(refusal_of(error, limits));
    if (parser.is_done()) break;
    if (head.chunked && !hold_body(parser.get().body().size()))
      co_return tl::unexpected(overloaded());
    if (head.chunked && buffer_.size() > kLongestChunkLine)
      co_return tl::unexpected(refusal_of(http::error::bad_chunk, limits));
    const auto failed = co_await fill("the request body");
    if (failed) co_return tl::unexpected(*failed);
  }
  co_return std::move(parser.get().body());
}

}  // namespace switchyard::web::edge
