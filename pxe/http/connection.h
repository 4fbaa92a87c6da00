// One client connection: reads one request after the other, has it answered, writes the answer.
#pragma once

#include "pxe/http/answering.h"
#include "pxe/http/client_count.h"
#include "pxe/http/file_plan.h"
#include "pxe/http/stream.h"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace switchyard::pxe::http {

// What all connections of one server share. Outlives them.
struct Service {
  Service(const Options& wanted, std::shared_ptr<const BootRoot> files, Site* of)
      : options(wanted),
        root(std::move(files)),
        gate(of),
        site(of, wanted.site_threads, wanted.limits.queue),
        clients(wanted.limits.connections, wanted.limits.client_connections) {}

  const Options& options;
  std::shared_ptr<const BootRoot> root;
  Site* gate;  // for may_fetch() only; may be null
  SiteThreads site;
  Waiters waiters{};
  ClientCount clients;
  std::atomic<bool> stopping{false};
  std::atomic<std::uint64_t> answered{0};
  std::atomic<std::uint64_t> turned_away{0};
  std::atomic<std::uint64_t> body_bytes{0};  // of requests that are being read or answered
};

// An IPv4 address in an IPv6 one (of a socket that hears both) is the IPv4 address.
[[nodiscard]] std::string address_text(net::ip::address address);

// Works on the thread of its stream only.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // The client was counted in; it is counted out at the end.
  Connection(Service& service, std::shared_ptr<Stream> stream, std::string client);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] net::awaitable<void> run();

  void close() { stream_->close(); }

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  struct Message {
    std::shared_ptr<Request> request{};
    bool keep_alive{false};
    int refused{0};        // status; 0: it is complete
    std::string detail{};  // why
    bool gone{false};      // there is nobody to answer
  };

  // connection.cpp
  [[nodiscard]] net::awaitable<Message> read();
  [[nodiscard]] net::awaitable<Message> begin_body(const Parser& parser);
  [[nodiscard]] Message checked(Parser& parser) const;
  [[nodiscard]] net::awaitable<error_code> fill();
  [[nodiscard]] net::awaitable<bool> serve(const Message& message);
  [[nodiscard]] bool hold_body(std::uint64_t size);
  [[nodiscard]] net::awaitable<void> linger();

  // connection_write.cpp
  [[nodiscard]] net::awaitable<bool> write(const Message& message, const Answer& answer);
  [[nodiscard]] net::awaitable<bool> write_file(const Message& message, const Answer& answer,
                                                std::string_view name);
  [[nodiscard]] net::awaitable<std::uint64_t> send_part(const BootFile& file, std::string head,
                                                        std::uint64_t offset, std::uint64_t length);
  [[nodiscard]] net::awaitable<std::uint64_t> send_clear(const BootFile& file, std::uint64_t offset,
                                                         std::uint64_t length);
  [[nodiscard]] net::awaitable<std::uint64_t> send_tls(const BootFile& file, std::uint64_t offset,
                                                       std::uint64_t length);

  Service& service_;
  std::shared_ptr<Stream> stream_;
  std::string client_;
  std::string local_{};
  std::string buffer_{};   // received and not consumed yet
  std::uint64_t held_{0};  // see hold_body()
};

}  // namespace switchyard::pxe::http
