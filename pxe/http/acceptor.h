// Takes connections of one port and hands each to the worker with the fewest.
#pragma once

#include "pxe/http/connection.h"

#include <boost/asio/executor_work_guard.hpp>

#include <atomic>
#include <memory>
#include <unordered_set>
#include <vector>

namespace switchyard::pxe::http {

// One thread with the connections on it. All but `load` is touched on that thread only.
struct Worker {
  net::io_context context{1};
  net::executor_work_guard<net::io_context::executor_type> guard{net::make_work_guard(context)};
  std::atomic<std::size_t> load{0};
  std::unordered_set<Connection*> connections{};
};

class Acceptor {
 public:
  using Workers = std::vector<std::unique_ptr<Worker>>;

  // Works on the first worker. `tls` null: clear text. All outlive the acceptor.
  Acceptor(Service& service, Workers& workers, net::ssl::context* tls);

  [[nodiscard]] Status listen(std::uint16_t port);
  [[nodiscard]] std::uint16_t port() const;
  void close();

 private:
  void accept();
  void take(tcp::socket socket, Worker& worker);

  Service& service_;
  Workers& workers_;
  net::ssl::context* tls_;
  tcp::acceptor acceptor_;
  net::steady_timer pause_;
};

}  // namespace switchyard::pxe::http
