// One warm HTTPS connection to a switch: a request in, its answer out. Knows no NOS: eAPI (Arista
// EOS) and NVUE (Cumulus) are both made of it.
//
// On Boost.Beast and not on cpp-httplib, as provisioner/bmc/http_exchange.h: cpp-httplib's timeouts
// are per read, so a switch that drips a byte a second, in the TLS handshake or in the headers,
// would hold a call for ever, and its headers have no limit. Here every step is asynchronous and
// the caller's deadline cuts the socket whatever step it is.
#pragma once

#include "core/result.h"
#include "switch-drivers/registry.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace switchyard::switch_drivers {

struct HttpRequest {
  std::string method{"POST"};
  std::string path{"/"};  // from the slash on, with its query
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
};

struct HttpAnswer {
  unsigned status{};
  std::string body{};  // at most 64 MiB
};

// An interface, so that tests can play a switch without a socket. Not thread-safe.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  // Sends once; never twice, because the switch may have done what it was asked. Any status is an
  // answer. Blocks at most for `deadline`, and at most 100 ms longer than the permit of
  // SwitchAccess. After an error the connection is gone and the next call makes a new one.
  // Unavailable: no connection, cut off, or no permit (the switch may have done it). TimedOut.
  // Rejected: not the pinned certificate; nothing was sent then. Invalid: not HTTP, or too large.
  [[nodiscard]] virtual Result<HttpAnswer> send(const HttpRequest& request,
                                                std::chrono::milliseconds deadline) = 0;
};

// Connects on first use, to access.address and access.port, and logs in with HTTP basic
// authentication (RFC 7617) as access.user. The certificate is pinned by access.host_key: "sha256:"
// and 64 hex digits in either case, with or without colons between bytes, as
// `openssl x509 -fingerprint -sha256` prints them; no CA, because a switch makes its own
// certificate. Rejected without one. A connection that the switch closed while it was idle is
// noticed before anything is sent on it.
[[nodiscard]] std::unique_ptr<HttpClient> make_https_client(SwitchAccess access);

}  // namespace switchyard::switch_drivers
