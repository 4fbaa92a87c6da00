// The life of a connection, and reading each request on it.
#include "pxe/http/connection.h"

#include "pxe/http/target.h"

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <array>

namespace switchyard::pxe::http {
namespace {

namespace beast = boost::beast::http;
using net::redirect_error;
using net::use_awaitable;
using Parser = beast::request_parser<beast::string_body>;

constexpr std::size_t kReadSize = 16 * 1024;

std::string lower(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lowered;
}

int status_of(const error_code& error) {
  if (error == beast::error::header_limit) return 431;
  if (error == beast::error::body_limit) return 413;
  return 400;
}

const char* detail_of(int status) {
  switch (status) {
    case 413: return "the request body is too large";
    case 431: return "the request header is too large";
    default: return "the request is malformed";
  }
}

Headers headers_of(const Parser& parser) {
  Headers headers;
  for (const auto& field : parser.get()) {
    const auto name = field.name_string();
    const auto value = field.value();
    headers.push_back({lower({name.data(), name.size()}), std::string(value.data(), value.size())});
  }
  return headers;
}

}  // namespace

Connection::Connection(Service& service, std::shared_ptr<Stream> stream, std::string client,
                       std::string local)
    : service_(service),
      stream_(std::move(stream)),
      client_(std::move(client)),
      local_(std::move(local)),
      pause_(stream_->executor()) {}

Connection::~Connection() {
  stream_->close();
  service_.clients.leave(client_);
}

void Connection::abort() {
  net::post(stream_->executor(), [self = shared_from_this()] {
    self->aborted_ = true;
    self->pause_.cancel();
    self->stream_->close();
  });
}

net::awaitable<void> Connection::run() {
  const auto self = shared_from_this();
  stream_->set_deadline(service_.limits.handshake);
  const error_code failed = co_await stream_->handshake();
  if (failed) co_return;
  bool goes_on = true;
  while (goes_on && !aborted_) {
    const auto incoming = co_await read_request();
    if (!incoming) break;
    stream_->set_deadline(Stream::Time::max());
    const Answer answered = co_await answer(incoming->request);
    ++service_.requests;
    if (aborted_) break;
    const bool is_written = co_await write_answer(*incoming, answered);
    goes_on = is_written && incoming->keep_alive;
  }
  co_await linger();
}

// Nothing: there is no request, and if the client had to be told why, it was.
net::awaitable<std::optional<Connection::Incoming>> Connection::read_request() {
  const Limits& limits = service_.limits;
  Parser parser;
  parser.header_limit(static_cast<std::uint32_t>(limits.header_bytes));
  parser.body_limit(limits.body_bytes);
  parser.eager(true);
  bool has_begun = !buffer_.empty(), has_header = false;
  stream_->set_deadline(has_begun ? limits.header : limits.idle);
  while (true) {
    error_code error;
    if (!buffer_.empty()) buffer_.erase(0, parser.put(net::buffer(buffer_), error));
    if (error && error != beast::error::need_more) {
      co_await refuse(status_of(error), detail_of(status_of(error)));
      co_return std::nullopt;
    }
    if (parser.is_done()) break;
    if (parser.is_header_done() && !has_header) {
      has_header = true;
      if (lower(std::string(parser.get()[beast::field::expect])) == "100-continue")
        error = co_await stream_->write("HTTP/1.1 100 Continue\r\n\r\n", limits.stall);
      stream_->set_deadline(limits.body);
    }
    std::array<char, kReadSize> bytes;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    const std::size_t count = co_await stream_->read_some(net::buffer(bytes), error);
    if (error == net::error::timed_out && has_begun)
      co_await refuse(408, "the request did not arrive in time");
    if (error) co_return std::nullopt;
    buffer_.append(bytes.data(), count);
    if (!has_begun) stream_->set_deadline(limits.header);
    has_begun = true;
  }
  auto& message = parser.get();
  auto target = parse_target(std::string(message.target()));
  if (!target) {
    co_await refuse(400, target.error().message);
    co_return std::nullopt;
  }
  const Request request{.method = std::string(message.method_string()),
                        .path = std::move(target->path),
                        .query = std::move(target->query),
                        .headers = headers_of(parser),
                        .body = std::move(message.body()),
                        .client = client_,
                        .local = local_,
                        .tls = stream_->is_tls()};
  co_return Incoming{.request = std::make_shared<const Request>(request),
                     .keep_alive = message.keep_alive(),
                     .is_old = message.version() < 11};
}

net::awaitable<void> Connection::refuse(int status, std::string_view detail) {
  const Incoming nobody{.request = std::make_shared<const Request>(Request{.method = "GET"})};
  co_await write_answer(nobody, error_answer(status, detail));
}

// Reads what the client still sends for a moment: closing with unread input would reset the
// connection and could take our last answer away from the client.
net::awaitable<void> Connection::linger() {
  if (aborted_ || !stream_->is_open()) co_return;
  co_await stream_->finish_writing();
  stream_->set_deadline(std::chrono::milliseconds(2'000));
  std::size_t left = 4 << 20;
  std::array<char, 4096> bytes;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  error_code error;
  while (!error && left > 0 && stream_->is_open()) {
    // Of the bare socket: nobody decrypts it any more.
    const std::size_t count = co_await stream_->socket().async_read_some(
        net::buffer(bytes), redirect_error(use_awaitable, error));
    left -= std::min(left, count);
  }
  stream_->close();
}

}  // namespace switchyard::pxe::http
