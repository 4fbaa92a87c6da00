// Takes connections on one port and spreads them over the contexts.
#pragma once

#include "pxe/http/connection.h"

#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <mutex>
#include <vector>

namespace switchyard::pxe::http {

class Acceptor {
 public:
  // Works on the first context; each is run by one thread. `tls` null: clear text. All outlive it.
  Acceptor(Service& service, std::vector<net::io_context*> contexts, net::ssl::context* tls);

  // Invalid: not an address; Unavailable: the port may not be had.
  [[nodiscard]] Status listen(const std::string& address, std::uint16_t port);
  [[nodiscard]] std::uint16_t port() const;
  // On the thread of the first context: no more connections, and none of those there are.
  void close();

 private:
  [[nodiscard]] net::awaitable<void> run();
  void take(tcp::socket socket, net::io_context& context);

  Service& service_;
  std::vector<net::io_context*> contexts_;
  net::ssl::context* tls_;
  tcp::acceptor acceptor_;
  net::steady_timer pause_;
  std::size_t next_context_{0};
  std::vector<std::weak_ptr<Connection>> connections_{};
  std::size_t tidy_at_{64};  // connections_ is cleared of dead ones when it is so long
};

}  // namespace switchyard::pxe::http
