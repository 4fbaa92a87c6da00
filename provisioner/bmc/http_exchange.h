// One HTTP request to a device and its answer, with every size and wait bounded: cpp-httplib's
// timeouts are per read (a server that drips a byte a second holds it for ever, also within the TLS
// handshake) and its headers have no limit (facts/ecosystem.md 6), so this is on Boost.Beast.
#pragma once

#include "core/result.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace switchyard::provisioner {

// Where to: http[s]://HOST[:PORT].
struct HttpOrigin {
  bool tls{};
  std::string host{};  // name or address, an IPv6 one without brackets
  std::uint16_t port{};

  [[nodiscard]] std::string text() const;  // http[s]://host:port
};

struct HttpUrl {
  HttpOrigin origin{};
  std::string path{};  // empty, or from the slash on; no query, no fragment, no "..", no user
};

// Pure.
[[nodiscard]] Result<HttpUrl> parse_http_url(std::string_view text);

using Fingerprint = std::array<std::uint8_t, 32>;  // SHA-256 of the certificate in DER

// "sha256:" and 64 hex digits in either case, with or without colons between bytes. Pure.
[[nodiscard]] Result<Fingerprint> parse_fingerprint(std::string_view text);

// What makes a server's certificate the right one: its fingerprint; without one a system CA and the
// host's name; `any` accepts every certificate.
struct HttpTrust {
  std::optional<Fingerprint> pinned{};
  bool any{};
};

struct HttpRequest {
  std::string method{};
  std::string path{};
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};  // JSON
};

struct HttpAnswer {
  unsigned status{};
  std::string etag{};
  std::string location{};
  std::string session_token{};  // X-Auth-Token
  std::string body{};
};

struct HttpLimits {
  std::chrono::steady_clock::time_point until{};
  std::stop_token stop{};
  std::size_t body{1 << 20};     // bytes
  std::uint32_t header{16'384};  // bytes
};

// Connects, asks, reads the answer, closes. Blocks at most until `until` (a host name that does not
// resolve: as long as the system's resolver takes). Errors, without the server's name: Unavailable
// (no connection, cut off, stopped), TimedOut, Rejected (a certificate that is not the expected
// one; nothing was sent then), Invalid (not HTTP, too large). Thread-safe.
[[nodiscard]] Result<HttpAnswer> http_exchange(const HttpOrigin& origin, const HttpTrust& trust,
                                               const HttpRequest& request,
                                               const HttpLimits& limits);

}  // namespace switchyard::provisioner
