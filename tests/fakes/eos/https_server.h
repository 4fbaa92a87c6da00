// A small HTTPS server on 127.0.0.1 that can do to a client what a broken switch does: hang, drip,
// cut. Speaks to each connection on a thread of its own.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace switchyard::fakes {

struct WebRequest {
  std::string method{};
  std::string path{};
  std::string authorization{};
  std::string body{};
};

struct WebAnswer {
  int status{200};
  std::string body{};
  // Sent in the place of a well-formed answer.
  std::string raw{};
  // Sends one byte, and then one each time this has passed; 0: at once.
  std::chrono::milliseconds drip{0};
};

// Thread-safe.
class HttpsServer {
 public:
  // Nothing: the connection is cut. May block until it likes; stopping() ends then.
  using Handler = std::function<std::optional<WebAnswer>(const WebRequest&)>;

  explicit HttpsServer(Handler handler);
  ~HttpsServer();
  HttpsServer(const HttpsServer&) = delete;
  HttpsServer& operator=(const HttpsServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }

  // "sha256:…" of its certificate.
  [[nodiscard]] std::string fingerprint();
  void change_certificate();

  [[nodiscard]] long long connections() const { return connections_; }

  // Cuts what is there; new connections are taken.
  void drop_connections();

  // Closes each new connection before TLS, or never answers in the handshake.
  void refuse_connections(bool refuse) { refuses_ = refuse; }

  void hang_in_handshake(bool hang) { hangs_ = hang; }

  // Of the answers of each new connection; -1: never.
  void cut_after_bytes(long long bytes) { cut_after_ = bytes; }

  [[nodiscard]] bool stopping() const { return stops_; }

 private:
  struct Tls;

  struct Connection {
    int fd{-1};
    std::atomic<bool> done{false};
    std::thread thread{};
  };

  void accept_all();
  void serve(Connection& connection);
  void serve_tls(Connection& connection);
  void reap(bool all);

  Handler handler_;
  int listener_{-1};
  std::uint16_t port_{};
  std::mutex mutex_{};
  std::shared_ptr<Tls> tls_{};
  std::list<std::unique_ptr<Connection>> open_{};
  std::atomic<long long> connections_{0};
  std::atomic<bool> refuses_{false};
  std::atomic<bool> hangs_{false};
  std::atomic<long long> cut_after_{-1};
  std::atomic<bool> stops_{false};
  std::thread acceptor_{};
};

}  // namespace switchyard::fakes
