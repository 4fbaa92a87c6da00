// One client connection: reads one request after the other, has it answered, writes the answer.
#pragma once

#include "pxe/http/client_count.h"
#include "pxe/http/file_plan.h"
#include "pxe/http/server.h"
#include "pxe/http/site_threads.h"
#include "pxe/http/stream.h"
#include "pxe/http/wake_list.h"

#include <atomic>
#include <memory>
#include <optional>
#include <string>

namespace switchyard::pxe::http {

// What all connections share. Outlives them.
struct Service {
  Limits limits{};
  std::shared_ptr<const BootRoot> root{};
  Site* site{};
  SiteThreads* threads{};
  WakeList wake_list{};
  ClientCount clients{};
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> refused{0};
};

// Works on the one thread of its context only, but for abort().
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // The client is counted in already; the destructor counts it out.
  Connection(Service& service, std::shared_ptr<Stream> stream, std::string client,
             std::string local);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Until the connection is over.
  [[nodiscard]] net::awaitable<void> run();
  // Any thread: drops it at once.
  void abort();

 private:
  struct Incoming {
    std::shared_ptr<const Request> request{};
    bool keep_alive{false};
    bool is_old{false};  // HTTP/1.0
  };

  // connection.cpp
  [[nodiscard]] net::awaitable<std::optional<Incoming>> read_request();
  [[nodiscard]] net::awaitable<void> refuse(int status, std::string_view detail);
  [[nodiscard]] net::awaitable<void> linger();

  // answering.cpp
  [[nodiscard]] net::awaitable<Answer> answer(std::shared_ptr<const Request> request);
  [[nodiscard]] net::awaitable<Answer> ask(std::shared_ptr<const Request> request);
  [[nodiscard]] net::awaitable<void> await_news(const Answer& answer, std::uint64_t seen,
                                                Stream::Time until);

  // connection_write.cpp; false when the client did not take it
  [[nodiscard]] net::awaitable<bool> write_answer(const Incoming& incoming, const Answer& answer);
  [[nodiscard]] net::awaitable<bool> write_file(const Incoming& incoming, const std::string& name);
  [[nodiscard]] net::awaitable<bool> send_file(const BootFile& file, const FilePlan& plan);
  [[nodiscard]] net::awaitable<bool> copy_file(const BootFile& file, const FilePlan& plan);
  [[nodiscard]] std::size_t turn() const;

  Service& service_;
  std::shared_ptr<Stream> stream_;
  const std::string client_;
  const std::string local_;
  std::string buffer_{};     // received and not consumed yet
  net::steady_timer pause_;  // for the Site's answer, or for news
  bool aborted_{false};
};

}  // namespace switchyard::pxe::http
