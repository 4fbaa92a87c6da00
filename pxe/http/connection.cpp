// Reading requests, and who answers them.
#include "pxe/http/connection.h"

#include "pxe/http/target.h"

#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <array>
#include <tuple>

namespace switchyard::pxe::http {
namespace {

namespace beast = boost::beast::http;

constexpr std::size_t kReadSize = 8 * 1024;
constexpr std::string_view kFiles = "/files/";
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

std::pair<int, std::string> refusal_of(const error_code& error) {
  if (error == beast::error::body_limit) return {413, "the request body is too large"};
  if (error == beast::error::header_limit) return {431, "the request header is too large"};
  return {400, "the request is malformed: " + error.message()};
}

bool expects_continue(const beast::request<beast::string_body>& request) {
  return request[beast::field::expect].find("100-") != boost::string_view::npos;
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

std::string address_text(net::ip::address address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    address = net::ip::make_address_v4(net::ip::v4_mapped, address.to_v6());
  return address.to_string();
}

Connection::Connection(Service& service, std::shared_ptr<Stream> stream, std::string client)
    : service_(service), stream_(std::move(stream)), client_(std::move(client)) {
  error_code ignored;
  local_ = address_text(stream_->socket().local_endpoint(ignored).address());
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
  Message message;
  bool has_begun = !buffer_.empty();
  bool has_head = false;
  stream_->set_deadline(has_begun ? limits.header : limits.idle);
  while (true) {
    error_code error;
    const std::size_t used = buffer_.empty() ? 0 : parser.put(net::buffer(buffer_), error);
    buffer_.erase(0, used);
    if (error && error != beast::error::need_more) {
      std::tie(message.refused, message.detail) = refusal_of(error);
      co_return message;
    }
    if (!has_head && parser.is_header_done()) {
      has_head = true;
      message = co_await begin_body(parser);
      if (message.gone || message.refused != 0) co_return message;
    }
    if (parser.is_done()) break;
    const error_code failed = co_await fill();
    if (failed) {
      message.gone = failed != net::error::timed_out || !has_begun;
      message.refused = 408;
      message.detail = "the request did not arrive in time";
      co_return message;
    }
    if (!has_begun) stream_->set_deadline(limits.header);
    has_begun = true;
  }
  message = checked(parser);
  co_return message;
}

// The head is there, and the body is or will be.
net::awaitable<Connection::Message> Connection::begin_body(const Parser& parser) {
  const Limits& limits = service_.options.limits;
  Message message;
  if (parser.is_done()) co_return message;
  const auto size = parser.content_length_remaining();
  if (!hold_body(size ? *size : limits.body_bytes)) {
    message.refused = 503;
    message.detail = "too many request bodies are being received at the moment";
    co_return message;
  }
  if (expects_continue(parser.get())) {
    const error_code failed = co_await stream_->write(kContinue, limits.stall);
    message.gone = bool(failed);
  }
  stream_->set_deadline(limits.body);
  co_return message;
}

Connection::Message Connection::checked(Parser& parser) const {
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
  if (!target) return {.refused = 400, .detail = target.error().message};
  request.path = target->path;
  request.query = target->query;
  if (!is_method(request.method)) return {.refused = 405, .detail = "this method is not served"};
  return message;
}

net::awaitable<bool> Connection::serve(const Message& message) {
  ++service_.answered;
  // Named values only: g++ 12 destroys temporaries of a co_await expression twice.
  const Answer refusal = error_answer(message.refused, message.detail);
  if (message.refused != 0) co_return co_await write(message, refusal);
  const Request& request = *message.request;
  if (request.path.starts_with(kFiles)) {
    if (request.method != "GET" && request.method != "HEAD") {
      Answer read_only = error_answer(405, "files are read only");
      read_only.headers.push_back({"Allow", "GET, HEAD"});
      co_return co_await write(message, read_only);
    }
    if (service_.gate != nullptr && !service_.gate->may_fetch(request)) {
      const Answer forbidden = error_answer(403, "this file is not for you");
      co_return co_await write(message, forbidden);
    }
    const Answer plain;
    const std::string name = request.path.substr(kFiles.size());
    co_return co_await write_file(message, plain, name);
  }
  Answer answer =
      co_await answer_of(service_.site, service_.waiters, service_.options.limits, message.request);
  if (!answer.file.empty()) co_return co_await write_file(message, answer, answer.file);
  co_return co_await write(message, answer);
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
