// One client connection as bytes: clear TCP or TLS, with one deadline for whatever waits on it.
#pragma once

#include "pxe/http/asio.h"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>

namespace switchyard::pxe::http {

// Used on the thread of its context only. Held by shared_ptr because its timer outlives a call.
class Stream : public std::enable_shared_from_this<Stream> {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // `tls` null: clear text; otherwise it outlives the stream.
  Stream(tcp::socket socket, net::ssl::context* tls);

  // From now on whatever waits ends with error timed_out at `deadline`. Replaces the last one.
  void set_deadline(Time deadline);

  void set_deadline(std::chrono::milliseconds longest) {
    set_deadline(std::chrono::steady_clock::now() + longest);
  }

  [[nodiscard]] net::awaitable<error_code> handshake();
  // At least one byte, or an error; end of file is error::eof.
  [[nodiscard]] net::awaitable<std::size_t> read_some(net::mutable_buffer to, error_code& error);
  // At least one byte of `bytes`.
  [[nodiscard]] net::awaitable<std::size_t> write_some(net::const_buffer bytes, error_code& error);
  // All of `bytes`, each wait at most `stall`.
  [[nodiscard]] net::awaitable<error_code> write(std::string_view bytes,
                                                 std::chrono::milliseconds stall);
  // Clear text only: waits until the socket takes bytes.
  [[nodiscard]] net::awaitable<error_code> wait_for_room();

  // Ends our half, so that the client reads everything before it sees the end.
  [[nodiscard]] net::awaitable<void> finish_writing();
  // Drops the connection; what waits on it ends with an error. Idempotent.
  void close();

  [[nodiscard]] bool is_tls() const { return tls_.has_value(); }

  [[nodiscard]] bool is_open() const { return socket().is_open(); }

  [[nodiscard]] tcp::socket& socket() { return tls_ ? tls_->next_layer() : *plain_; }

  [[nodiscard]] const tcp::socket& socket() const { return tls_ ? tls_->next_layer() : *plain_; }

  [[nodiscard]] net::any_io_executor executor() { return timer_.get_executor(); }

 private:
  void watch();
  [[nodiscard]] error_code judged(error_code error) const;

  std::optional<tcp::socket> plain_{};
  std::optional<net::ssl::stream<tcp::socket>> tls_{};
  net::steady_timer timer_;
  Time deadline_{Time::max()};
  bool watching_{false};
  bool late_{false};
};

}  // namespace switchyard::pxe::http
