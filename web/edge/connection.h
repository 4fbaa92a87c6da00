// One client connection: reads one request after the other, has it answered, writes the answer.
#pragma once

#include "web/edge/client_table.h"
#include "web/edge/event_feed.h"
#include "web/edge/head.h"
#include "web/edge/http.h"
#include "web/edge/recorder.h"
#include "web/edge/stream.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

namespace switchyard::web::edge {

// What all connections of one edge share. Outlives them.
struct Service {
  Limits limits{};
  Application* application{};
  EventFeed* feed{};  // null: no event streams, no ?wait=
  ClientTable* clients{};
  Recorder* recorder{};  // null: not recording
  bool tls{false};
  std::string server_name{};  // Server header, or empty
  std::atomic<bool> draining{false};
  std::atomic<std::size_t> event_streams{0};
  std::atomic<std::uint64_t> served{0};
  std::atomic<std::uint64_t> body_bytes{0};  // of requests that are being read or answered
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Service& service, std::shared_ptr<Stream> stream, std::string address);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Runs on the strand of the stream until the connection is over.
  [[nodiscard]] net::awaitable<void> run();

  // Any thread: closes at once if nothing is being answered, after the answer otherwise.
  void drain();
  // Any thread: closes at once.
  void abort();

 private:
  enum class Next { Continue, Close };

  // connection_read.cpp
  [[nodiscard]] net::awaitable<Checked<Head>> read_head();
  [[nodiscard]] net::awaitable<Checked<std::string>> read_body(const Head& head);
  [[nodiscard]] net::awaitable<std::optional<Refusal>> fill(std::string_view phase);
  void drop_leading_line();
  // Counts this connection's body as `size` bytes of what all may hold; false when that is too
  // much.
  [[nodiscard]] bool hold_body(std::uint64_t size);

  // connection.cpp
  [[nodiscard]] net::awaitable<Next> serve_one();
  [[nodiscard]] net::awaitable<Next> answer(const Head& head, Request& request);
  [[nodiscard]] Checked<Request> make_request(const Head& head) const;
  [[nodiscard]] net::awaitable<Response> ask(const Request& request);
  [[nodiscard]] net::awaitable<Response> ask_and_wait(const Request& request);
  [[nodiscard]] net::awaitable<void> refuse(const Refusal& refusal);
  [[nodiscard]] net::awaitable<void> linger();

  // connection_write.cpp
  [[nodiscard]] net::awaitable<bool> write_response(const Request& request, Response& response,
                                                    bool keep_alive);
  [[nodiscard]] net::awaitable<bool> write_file(const FilePart& part);
  [[nodiscard]] std::string head_of(const Request& request, const Response& response,
                                    bool keep_alive) const;

  // connection_events.cpp
  [[nodiscard]] net::awaitable<void> stream_events(const Request& request, EventStream wanted);
  [[nodiscard]] net::awaitable<bool> send_events(const EventStream& wanted, std::uint64_t& cursor);
  [[nodiscard]] net::awaitable<void> pause_until(std::chrono::steady_clock::time_point moment);
  [[nodiscard]] net::awaitable<WireEvents> fetch(std::uint64_t after);
  [[nodiscard]] bool takes_too_little() const;

  Service& service_;
  std::shared_ptr<Stream> stream_;
  std::string address_;
  std::string client_;
  std::string buffer_{};  // received and not consumed yet
  bool answering_{false};
  std::uint64_t held_{0};   // see hold_body()
  net::steady_timer news_;  // cancelled when there is news
};

}  // namespace switchyard::web::edge
