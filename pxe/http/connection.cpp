// Reading requests, and who answers them.
#include "pxe/http/connection.h"

#include "pxe/http/target.h"

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <array>

namespace switchyard::pxe::http {
namespace {

namespace beast = boost::beast::http;
using Parser = beast::request_parser<beast::string_body>;

constexpr std::size_t kReadSize = 8 * 1024;
constexpr std::string_view kFiles = "/files/";

std::pair<int, std::string> refusal_of(const error_code& error) {
  if (error == beast::error::body_limit) return {413, "the request body is too large"};
  if (error == beast::error::header_limit) return {431, "the request header is too large"};
  return {400, "the request is malformed: " + error.message()};
}

bool expects_continue(const Parser& parser) {
  return parser.get()[beast::field::expect].find("100-") != boost::string_view::npos;
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

bool is_method(std::string_view method) {
  constexpr std::array<std::string_view, 5> kMethods{"GET", "HEAD", "POST", "PUT", "DELETE"};
  return std::ranges::find(kMethods, method) != kMethods.end();
}

std::string text_of(boost::string_view text) { return {text.data(), text.size()}; }

}  // namespace

Connection::Connection(Service& service, std::shared_ptr<Stream> stream, std::string client)
    : service_(service), stream_(std::move(stream)), client_(std::move(client)) {
  error_code ignored;
  local_ = stream_->socket().local_endpoint(ignored).address().to_string();
}

Connection::~Connection() {
  (void)hold_body(0);
  service_.clients.left(client_);
}

net::awaitable<void> Connection::run() {
  const auto self = shared_from_this();
  stream_->set_deadline(service_.options.limits.handshake);
  const error_code failed = co_await stream_->handshake();
  bool goes_on = !failed;
  while (goes_on && !service_.stopping) {
    const Message message = co_await read();
    if (message.gone) break;
    goes_on = co_await serve(message);
    (void)hold_body(0);
    if (!goes_on && stream_->is_open()) co_await linger();
  }
  stream_->close();
}

// Counts this connection's body as `size` bytes of what all may hold; false: that is too much.
bool Connection::hold_body(std::uint64_t size) {
  const std::uint64_t more = size - held_;  // wraps when it shrinks
  const std::uint64_t before = service_.body_bytes.fetch_add(more);
  const bool fits = size <= held_ || before + more <= service_.options.limits.body_bytes_of_all;
  if (!fits) service_.body_bytes.fetch_sub(more);
  if (fits) held_ = size;
  return fits;
}

net::awaitable<error_code> Connection::fill() {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): filled by read_some
  std::array<char, kReadSize> bytes;
  error_code error;
  const std::size_t count = co_await stream_->read_some(net::buffer(bytes), error);
  buffer_.append(bytes.data(), count);
  co_return error;
}

net::awaitable<Connection::Message> Connection::read() {
  const Limits& limits = service_.options.limits;
  Parser parser;
  parser.header_limit(limits.head_bytes);
  parser.body_limit(limits.body_bytes);
  parser.eager(true);
  const auto refused = [](int status, std::string detail) {
    return Message{.refused = status, .detail = std::move(detail)};
  };
  bool has_begun = !buffer_.empty();
  bool has_head = false;
  stream_->set_deadline(has_begun ? limits.header : limits.idle);
  while (true) {
    error_code error;
    const std::size_t used = buffer_.empty() ? 0 : parser.put(net::buffer(buffer_), error);
    buffer_.erase(0, used);
    if (error && error != beast::error::need_more) {
      const auto [status, detail] = refusal_of(error);
      co_return refused(status, detail);
    }
    if (!has_head && parser.is_header_done()) {
      has_head = true;
      stream_->set_deadline(limits.body);
      const auto size = parser.content_length_remaining();
      if (!parser.is_done() && !hold_body(size ? *size : limits.body_bytes))
        co_return refused(503, "too many request bodies are being received at the moment");
      if (!parser.is_done() && expects_continue(parser)) {
        const error_code gone =
            co_await stream_->write("HTTP/1.1 100 Continue\r\n\r\n", limits.stall);
        if (gone) co_return Message{.gone = true};
        stream_->set_deadline(limits.body);
      }
    }
    if (parser.is_done()) break;
    const error_code failed = co_await fill();
    if (failed == net::error::timed_out && has_begun)
      co_return refused(408, "the request did not arrive in time");
    if (failed) co_return Message{.gone = true};
    if (!has_begun) stream_->set_deadline(limits.header);
    has_begun = true;
  }

  auto& parsed = parser.get();
  Message message{.request = std::make_shared<Request>(), .keep_alive = parsed.keep_alive()};
  Request& request = *message.request;
  request.method = text_of(parsed.method_string());
  for (const auto& field : parsed)
    request.headers.push_back({lower(text_of(field.name_string())), text_of(field.value())});
  request.body = std::move(parsed.body());
  request.client = client_;
  request.local = local_;
  request.tls = stream_->is_tls();
  const auto target = parse_target(text_of(parsed.target()));
  if (!target) co_return refused(400, target.error().message);
  request.path = target->path;
  request.query = target->query;
  if (!is_method(request.method)) co_return refused(405, "this method is not served");
  co_return message;
}

net::awaitable<bool> Connection::serve(const Message& message) {
  ++service_.answered;
  if (message.refused != 0)
    co_return co_await write(message, error_answer(message.refused, message.detail));
  const Request& request = *message.request;
  if (request.path.starts_with(kFiles)) {
    if (request.method != "GET" && request.method != "HEAD") {
      Answer refusal = error_answer(405, "files are read only");
      refusal.headers.push_back({"Allow", "GET, HEAD"});
      co_return co_await write(message, std::move(refusal));
    }
    co_return co_await write_file(message, {}, request.path.substr(kFiles.size()));
  }
  Answer answer =
      co_await answer_of(service_.site, service_.waiters, service_.options.limits, message.request);
  if (!answer.file.empty()) co_return co_await write_file(message, answer, answer.file);
  co_return co_await write(message, std::move(answer));
}

// Reads what the client still sends for a moment: closing with unread input would reset the
// connection and could take our last answer away from the client.
net::awaitable<void> Connection::linger() {
  co_await stream_->finish_writing();
  stream_->set_deadline(std::chrono::milliseconds(1000));
  std::size_t left = 2 << 20;
  error_code error;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): filled by read_some
  std::array<char, kReadSize> bytes;
  while (!error && left > 0) {
    const std::size_t count = co_await stream_->read_some(net::buffer(bytes), error);
    left -= std::min(left, count);
  }
}

}  // namespace switchyard::pxe::http
