// The network side of the service: accepts clients, and keeps everything they can do wrong away
// from whatever answers. In-process, with a small thread pool of its own. Used twice: for the REST
// API with the portal, and for the HTTP boot files of pxe.
#pragma once

#include "core/result.h"
#include "web/edge/http.h"
#include "web/edge/limits.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace switchyard::web::edge {

class EventSource;

struct EdgeOptions {
  std::string address{"127.0.0.1"};  // IPv4 or IPv6, "::" listens on both
  std::uint16_t port{0};             // 0: the kernel chooses
  std::string certificate_file{};    // PEM chain; empty: plain HTTP
  std::string key_file{};            // PEM
  std::string server_name{};         // Server header, or empty
  int threads{2};
  Limits limits{};
  std::chrono::milliseconds drain{5'000};  // stop(): answers under way may finish for so long
};

struct EdgeCounts {
  std::size_t connections{};    // open now
  std::size_t event_streams{};  // open now
  std::uint64_t served{};       // requests answered since the start
};

class Edge {
 public:
  // Listens. `application` and `events` (may be null) outlive the edge. Until run() nobody is
  // accepted. Invalid: bad address or certificate; Unavailable: the port is taken.
  [[nodiscard]] static Result<std::unique_ptr<Edge>> open(const EdgeOptions& options,
                                                          EventSource* events);
  ~Edge();

  // Starts to accept. Called once.
  void run(Application& application);
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] EdgeCounts counts() const;

  // Stops accepting, lets answers under way finish for `drain`, closes the rest, joins the threads.
  void stop();

  // For applications that work on the edge's threads, like the gateway. Valid until stop().
  [[nodiscard]] boost::asio::io_context& context();

 private:
  struct State;
  explicit Edge(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace switchyard::web::edge
