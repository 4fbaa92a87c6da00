// The boot server: files of a folder below /files/ by GET and HEAD, everything else by a Site; on
// one port in clear text (firmware, iPXE, GRUB) and on another by TLS (the installer). In-process,
// with a few threads of its own.
#pragma once

#include "pxe/files/boot_root.h"
#include "pxe/http/certificate.h"
#include "pxe/http/message.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace switchyard::pxe::http {

// What one client and all of them may use. Every wait has a deadline here.
struct Limits {
  std::size_t connections{4096};              // of both ports; beyond: 503, or closed with TLS
  std::size_t client_connections{16};         // of one address: nobody gets more turns than 16
  std::uint32_t head_bytes{16 * 1024};        // request line and fields: 431
  std::uint64_t body_bytes{1 << 20};          // of one request: 413
  std::uint64_t body_bytes_of_all{64 << 20};  // held at the same time; beyond: 503
  std::size_t queue{4096};                    // requests that wait for the Site; beyond: 503
  std::uint64_t turn{1 << 20};  // bytes for one client before the others of its thread have theirs

  std::chrono::milliseconds handshake{20'000};  // TLS
  std::chrono::milliseconds header{20'000};  // from the first byte of a request to its empty line
  std::chrono::milliseconds body{60'000};    // to its last byte
  std::chrono::milliseconds idle{75'000};    // between requests
  std::chrono::milliseconds answer{30'000};  // for the Site: 504
  std::chrono::milliseconds stall{60'000};   // a client that takes no byte for so long is dropped
  std::uint64_t slowest{16 * 1024};  // bytes a second, on the whole answer after the first `stall`
  std::chrono::milliseconds ask_again{2'000};      // held answers, without a wake()
  std::chrono::milliseconds longest_hold{25'000};  // whatever the Site says
};

// How a file was fetched, for the timeline of a server's boot and for tests.
struct Fetch {
  std::string client{};  // address as text
  std::string file{};
  int status{};
  std::uint64_t bytes{};  // of the body, given to the kernel
  bool complete{false};   // all of what was asked for
  std::chrono::microseconds took{};
};

struct Options {
  std::string address{"0.0.0.0"};      // IPv4 or IPv6; "::" listens on both
  std::uint16_t port{80};              // clear text; 0: the kernel chooses
  std::uint16_t tls_port{443};         // 0: the kernel chooses
  std::optional<Identity> identity{};  // of the TLS port; none: no TLS
  int threads{2};                      // 1..64, for the network
  int site_threads{4};                 // 1..64, for the Site
  Limits limits{};

  // Told of each answer with a file, on a thread of the server; must not block. May be empty.
  std::function<void(const Fetch&)> fetched{};
};

struct Counts {
  std::size_t connections{};    // open now
  std::uint64_t answered{};     // requests, since the start
  std::uint64_t turned_away{};  // connections over a limit
};

class Server {
 public:
  // Listens and answers from now on. `site` outlives the server; null: everything but /files/ is
  // 404. Invalid: bad address, number of threads or identity; Unavailable: a port is taken.
  [[nodiscard]] static Result<std::unique_ptr<Server>> open(Options options,
                                                            std::shared_ptr<const BootRoot> root,
                                                            Site* site);
  ~Server();  // stops
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::uint16_t tls_port() const;  // 0 without an identity

  // "sha256//BASE64" of the key that every client gets that can do elliptic curves; empty without
  // an identity. A client that may be given the RSA key needs identity.rsa_pin too: joined by ';'
  // they are what curl --pinnedpubkey takes.
  [[nodiscard]] std::string spki_pin() const;

  // Any thread: asks the Site again for the answers it holds for `topic`.
  void wake(std::string_view topic);
  // Any thread.
  [[nodiscard]] Counts counts() const;
  // Drops all connections and joins the threads; waits for Site::answer() calls under way.
  // Idempotent.
  void stop();

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace switchyard::pxe::http
