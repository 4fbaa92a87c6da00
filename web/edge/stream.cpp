#include "web/edge/stream.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>

namespace switchyard::web::edge {

using net::redirect_error;
using net::use_awaitable;
using Clock = std::chrono::steady_clock;

Stream::Stream(net::ip::tcp::socket socket, net::ssl::context* tls)
    : timer_(socket.get_executor()), deadline_(Clock::time_point::max()) {
  if (tls != nullptr)
    tls_.emplace(std::move(socket), *tls);
  else
    plain_.emplace(std::move(socket));
}

net::ip::tcp::socket& Stream::socket() { return tls_ ? tls_->next_layer() : *plain_; }

const net::ip::tcp::socket& Stream::socket() const { return tls_ ? tls_->next_layer() : *plain_; }

bool Stream::is_open() const { return socket().is_open(); }

void Stream::set_deadline(std::chrono::milliseconds longest) {
  late_ = false;
  deadline_ = Clock::now() + longest;
  // A wait for an earlier moment goes on: watch() looks at the deadline again then. Only one that
  // would end too late must be broken off.
  if (!watching_)
    watch();
  else if (deadline_ < timer_.expiry())
    timer_.cancel();
}

void Stream::clear_deadline() {
  late_ = false;
  deadline_ = Clock::time_point::max();
}

void Stream::watch() {
  if (!is_open() || deadline_ == Clock::time_point::max()) {
    watching_ = false;
    return;
  }
  watching_ = true;
  timer_.expires_at(deadline_);
  timer_.async_wait([self = shared_from_this()](error_code) {
    if (self->is_open() && Clock::now() >= self->deadline_) {
      self->late_ = true;
      self->deadline_ = Clock::time_point::max();
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

net::awaitable<error_code> Stream::write(std::string_view bytes, std::chrono::milliseconds stall) {
  // Pieces, so that a client that reads slowly but steadily meets its deadline again and again.
  constexpr std::size_t kPiece = 64 * 1024;
  while (!bytes.empty()) {
    set_deadline(stall);
    const net::const_buffer piece(bytes.data(), std::min(bytes.size(), kPiece));
    error_code error;
    std::size_t count = 0;
    if (tls_)
      count = co_await tls_->async_write_some(piece, redirect_error(use_awaitable, error));
    else
      count = co_await plain_->async_write_some(piece, redirect_error(use_awaitable, error));
    if (error) co_return judged(error);
    bytes.remove_prefix(count);
  }
  clear_deadline();
  co_return error_code{};
}

net::awaitable<void> Stream::finish_writing() {
  error_code ignored;
  if (tls_ && !late_) {
    set_deadline(std::chrono::milliseconds(500));
    // Sends close_notify; the answer to it is not worth waiting for long.
    co_await tls_->async_shutdown(redirect_error(use_awaitable, ignored));
    clear_deadline();
  }
  socket().shutdown(net::ip::tcp::socket::shutdown_send, ignored);
}

void Stream::close() {
  error_code ignored;
  deadline_ = Clock::time_point::max();
  socket().close(ignored);
  timer_.cancel();
}

std::size_t Stream::unsent() const {
  int count = 0;
  // native_handle() is not const, though it changes nothing.
  auto& open = const_cast<net::ip::tcp::socket&>(socket());
  if (::ioctl(open.native_handle(), SIOCOUTQ, &count) != 0 || count < 0) return 0;
  return static_cast<std::size_t>(count);
}

}  // namespace switchyard::web::edge
