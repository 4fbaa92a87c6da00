// One client connection as bytes: plain TCP or TLS, with one deadline for whatever waits on it.
#pragma once

#include "web/edge/asio.h"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace switchyard::web::edge {

// Used on the strand of its socket only. Held by shared_ptr because its timer outlives a call.
class Stream : public std::enable_shared_from_this<Stream> {
 public:
  // `tls` null: plain TCP; otherwise it outlives the stream.
  Stream(net::ip::tcp::socket socket, net::ssl::context* tls);

  // From now on whatever waits ends with error timed_out after `longest`. Replaces the last one.
  void set_deadline(std::chrono::milliseconds longest);
  void clear_deadline();

  [[nodiscard]] net::awaitable<error_code> handshake();
  // At least one byte, or an error; end of file is error::eof.
  [[nodiscard]] net::awaitable<std::size_t> read_some(net::mutable_buffer to, error_code& error);
  // All of `bytes`; `stall` is the longest time without progress.
  [[nodiscard]] net::awaitable<error_code> write(std::string_view bytes,
                                                 std::chrono::milliseconds stall);

  // Ends our half, so that the client reads everything before it sees the end.
  [[nodiscard]] net::awaitable<void> finish_writing();
  // Drops the connection; what waits on it ends with an error. Idempotent.
  void close();

  // Bytes written that the client's side has not acknowledged yet.
  [[nodiscard]] std::size_t unsent() const;
  [[nodiscard]] bool is_open() const;

  [[nodiscard]] net::any_io_executor executor() { return timer_.get_executor(); }

 private:
  void watch();
  [[nodiscard]] net::ip::tcp::socket& socket();
  [[nodiscard]] const net::ip::tcp::socket& socket() const;
  [[nodiscard]] error_code judged(error_code error) const;

  std::optional<net::ip::tcp::socket> plain_{};
  std::optional<net::ssl::stream<net::ip::tcp::socket>> tls_{};
  net::steady_timer timer_;
  std::chrono::steady_clock::time_point deadline_;
  bool watching_{false};
  bool late_{false};
};

}  // namespace switchyard::web::edge
