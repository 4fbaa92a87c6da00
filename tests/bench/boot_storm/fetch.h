// How a machine of the storm fetches: TFTP as firmware does, HTTP as iPXE, HTTPS with a pinned key
// as the RAM system; each from the address that was lent to it, each request on its own connection.
#pragma once

#include "core/result.h"
#include "tests/bench/boot_storm/wire.h"

#include <boost/asio/ssl/context.hpp>

#include <cstdint>
#include <string>

namespace switchyard::bench {

struct Fetched {
  std::uint64_t bytes{};
  std::string sha256{};
};

struct TftpTerms {
  std::size_t block{512};
  unsigned window{};       // blocks; 0: not asked for
  bool asks_size_first{};  // as UEFI does, which then breaks off and begins anew
};

// `repeats` counts what had to be asked again, after 4 s each, 6 times at most.
[[nodiscard]] net::awaitable<Result<Fetched>> tftp_fetch(Ipv4 from, Ipv4 service, std::string file,
                                                         TftpTerms terms, std::uint64_t& repeats);

// One of the two ports of the boot server.
struct Door {
  Ipv4 from{};
  Ipv4 service{};
  std::uint16_t port{};
  net::ssl::context* tls{};  // null: clear text
  std::string pin{};         // of TLS
};

struct HttpAsk {
  std::string method{"GET"};
  std::string path{};
  std::string bearer{};
  std::string body{};
};

enum class Keep { Text, Digest };  // of the body: up to 1 MiB of it, or its size and hash

struct HttpReply {
  unsigned status{};
  std::string text{};
  Fetched file{};
};

// Unavailable or TimedOut: no answer, with all of its body; Rejected: not the pinned key.
[[nodiscard]] net::awaitable<Result<HttpReply>> http_ask(Door door, HttpAsk ask, Keep keep);

}  // namespace switchyard::bench
