// The TFTP server: read only, octet only, one UDP socket a transfer (RFC 1350, 2347-2349, 7440).
// In-process, with a few threads of its own.
#pragma once

#include "pxe/files/boot_root.h"
#include "pxe/tftp/transfer.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace switchyard::pxe::tftp {

struct Limits {
  std::size_t transfers{2048};       // at the same time; beyond: error 0, the client comes again
  std::size_t client_transfers{16};  // of one address
  std::uint16_t window{64};          // blocks; a client that asks for more gets this
};

// How one request ended, for the timeline of a server's boot and for tests.
struct Report {
  std::string client{};  // address as text
  std::string file{};    // as the client named it
  Outcome outcome{};
  std::uint64_t bytes{};  // acknowledged
  std::chrono::microseconds took{};
};

// Texts that are made for a client and are no files, such as a GRUB configuration. Names are as the
// client sent them. Both may be empty.
struct Pages {
  // Whether the name is a page, which goes before a file. On the server's thread that takes
  // requests: must not block.
  std::function<bool(const std::string& name)> has{};
  // Nothing: there is none for this client. On a thread of its own, one page at a time: may wait
  // for a database.
  std::function<std::optional<std::string>(const std::string& name, const std::string& client)>
      make{};
};

struct Options {
  std::string address{"0.0.0.0"};  // IPv4 or IPv6; "::" listens on both
  std::uint16_t port{69};          // 0: the kernel chooses
  int threads{2};                  // 1..64
  Limits limits{};

  Pages pages{};

  // Told of the end of each transfer, on a thread of the server; must not block. May be empty.
  std::function<void(const Report&)> ended{};
};

struct Counts {
  std::size_t active{};      // transfers now
  std::uint64_t started{};   // since the start
  std::uint64_t complete{};  // of those
  std::uint64_t refused{};   // requests answered with an error
};

class Server {
 public:
  // Listens and answers from now on. Invalid: bad address or number of threads; Unavailable: the
  // port is taken or may not be had.
  [[nodiscard]] static Result<std::unique_ptr<Server>> open(Options options,
                                                            std::shared_ptr<const BootRoot> root);
  ~Server();  // stops
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  // Any thread.
  [[nodiscard]] Counts counts() const;
  // Ends transfers under way where they are, joins the threads. Idempotent.
  void stop();

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace switchyard::pxe::tftp
