// The boot server: files below a root and the dynamic routes of a Site, by HTTP/1.1 and by HTTPS on
// a second port (RFC 9110, 9112). In-process, with a few threads of its own.
#pragma once

#include "pxe/files/boot_root.h"
#include "pxe/http/message.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace switchyard::pxe::http {

struct Limits {
  std::size_t connections{4096};       // open at once; beyond, clients wait to be accepted
  std::size_t client_connections{64};  // of one address; beyond: 503 and closed
  std::size_t header_bytes{16 << 10};  // of a request: 431
  std::size_t body_bytes{1 << 20};     // of a request: 413
  std::size_t questions{4096};         // waiting for a thread of the Site; beyond: 503

  // Every wait has an end.
  std::chrono::milliseconds handshake{10'000};
  std::chrono::milliseconds idle{30'000};          // between requests
  std::chrono::milliseconds header{10'000};        // from the first byte of a request
  std::chrono::milliseconds body{30'000};          // from its header
  std::chrono::milliseconds stall{20'000};         // a client that takes nothing
  std::chrono::milliseconds answer{30'000};        // of the Site: 504
  std::chrono::milliseconds longest_hold{25'000};  // see Answer::hold
  std::chrono::milliseconds ask_again{1'000};
};

struct Options {
  std::string address{"0.0.0.0"};  // IPv4 or IPv6; "::" listens on both
  std::uint16_t port{80};          // 0: the kernel chooses
  std::uint16_t tls_port{443};
  std::string identity_folder{};  // keys and certificates, see ensure_identity(); empty: no HTTPS
  int threads{2};                 // 1..64, for the network
  int site_threads{4};            // 1..256, for the Site
  Limits limits{};
};

struct Counts {
  std::size_t connections{};  // now
  std::uint64_t requests{};   // answered since the start
  std::uint64_t refused{};    // connections of clients that have too many
};

class Server {
 public:
  // Answers from now on. `site` outlives the server. Invalid: a bad address or number of threads,
  // or a broken identity; Unavailable: a port or the identity folder may not be had.
  [[nodiscard]] static Result<std::unique_ptr<Server>> open(Options options,
                                                            std::shared_ptr<const BootRoot> root,
                                                            Site& site);
  ~Server();  // stops
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::uint16_t tls_port() const;  // 0 without HTTPS
  // "sha256//BASE64", as of curl --pinnedpubkey: of the key everybody gets, and of the one that
  // clients get who can do RSA only. Empty without HTTPS.
  [[nodiscard]] const std::string& spki_pin() const;
  [[nodiscard]] const std::string& rsa_pin() const;

  // Whoever waits for `topic` (Answer::hold) is asked about again. Any thread; does not block.
  void wake(const std::string& topic);
  // Any thread.
  [[nodiscard]] Counts counts() const;
  // Drops all connections, joins the threads. Idempotent.
  void stop();

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace switchyard::pxe::http
