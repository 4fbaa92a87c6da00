#include "pxe/http/stream.h"

namespace switchyard::pxe::http {

using net::redirect_error;
using net::use_awaitable;
using Clock = std::chrono::steady_clock;

Stream::Stream(tcp::socket socket, net::ssl::context* tls) : timer_(socket.get_executor()) {
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  socket.non_blocking(true, ignored);  // sendfile(2) is called beside Asio
  if (tls != nullptr)
    tls_.emplace(std::move(socket), *tls);
  else
    plain_.emplace(std::move(socket));
}

void Stream::set_deadline(Time deadline) {
  late_ = false;
  deadline_ = deadline;
  // A wait for an earlier moment goes on: watch() looks at the deadline again then.
  if (!watching_)
    watch();
  else if (deadline_ < timer_.expiry())
    timer_.cancel();
}

void Stream::watch() {
  watching_ = is_open() && deadline_ != Time::max();
  if (!watching_) return;
  timer_.expires_at(deadline_);
  timer_.async_wait([self = shared_from_this()](error_code) {
    if (self->is_open() && Clock::now() >= self->deadline_) {
      self->late_ = true;
      self->deadline_ = Time::max();
      error_code ignored;
      self->socket().cancel(ignored);
    }
    self->watch();
  });
}

error_code Stream::judged(error_code error) const {
  return error && late_ ? error_code(net::error::timed_out) : error;
}

net::awaitable<error_code> Stream::handshake() {
  error_code error;
  if (tls_)
    co_await tls_->async_handshake(net::ssl::stream_base::server,
                                   redirect_error(use_awaitable, error));
  co_return judged(error);
}

net::awaitable<std::size_t> Stream::read_some(net::mutable_buffer to, error_code& error) {
  std::size_t count = 0;
  error.clear();
  if (late_) {
    error = net::error::timed_out;
    co_return count;
  }
  if (tls_)
    count = co_await tls_->async_read_some(to, redirect_error(use_awaitable, error));
  else
    count = co_await plain_->async_read_some(to, redirect_error(use_awaitable, error));
  error = judged(error);
  co_return count;
}

net::awaitable<std::size_t> Stream::write_some(net::const_buffer bytes, error_code& error) {
  std::size_t count = 0;
  error.clear();
  if (late_) {
    error = net::error::timed_out;
    co_return count;
  }
  if (tls_)
    count = co_await tls_->async_write_some(bytes, redirect_error(use_awaitable, error));
  else
    count = co_await plain_->async_write_some(bytes, redirect_error(use_awaitable, error));
  error = judged(error);
  co_return count;
}

net::awaitable<error_code> Stream::write(std::string_view bytes, std::chrono::milliseconds stall) {
  error_code error;
  while (!bytes.empty() && !error) {
    set_deadline(stall);
    const std::size_t count =
        co_await write_some(net::const_buffer(bytes.data(), bytes.size()), error);
    bytes.remove_prefix(count);
  }
  co_return error;
}

net::awaitable<error_code> Stream::wait_for_room() {
  error_code error;
  if (late_) co_return error_code(net::error::timed_out);
  co_await socket().async_wait(tcp::socket::wait_write, redirect_error(use_awaitable, error));
  co_return judged(error);
}

net::awaitable<void> Stream::finish_writing() {
  error_code ignored;
  if (tls_ && !late_) {
    set_deadline(std::chrono::milliseconds(500));
    // Sends close_notify; the answer to it is not worth waiting for long.
    co_await tls_->async_shutdown(redirect_error(use_awaitable, ignored));
  }
  socket().shutdown(tcp::socket::shutdown_send, ignored);
}

void Stream::close() {
  error_code ignored;
  deadline_ = Time::max();
  socket().close(ignored);
  timer_.cancel();
}

}  // namespace switchyard::pxe::http
