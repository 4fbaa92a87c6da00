// The RAM system's door to the service: HTTPS, whose public key is checked before anything is sent.
// Files may come in clear: whoever takes one knows its checksum from the task (checked_fetch.h).
#pragma once

#include "core/result.h"
#include "core/secret.h"

#include <ctime>
#include <functional>
#include <optional>
#include <string>

namespace switchyard::pxe::installer {

struct Endpoint {
  std::string url{};    // "https://172.16.100.1:8443"
  std::string pin{};    // "sha256//BASE64"
  std::string files{};  // "http://172.16.100.1:8080", where files come from; empty: from `url`
};

struct Reply {
  long status{};
  std::string body{};
  std::optional<std::time_t> date{};  // of the service's clock
};

// Not thread-safe: one thread, one client.
class ServiceClient {
 public:
  using Sink = std::function<Status(const char* data, std::size_t size)>;

  explicit ServiceClient(Endpoint endpoint) : endpoint_(std::move(endpoint)) {}

  void use(Secret session) { session_ = std::move(session); }

  // Unavailable or TimedOut when there was no answer; any HTTP status is an answer.
  [[nodiscard]] Result<Reply> post(const std::string& path, const std::string& body);
  [[nodiscard]] Result<Reply> get(const std::string& path);
  // A file of any size; the session goes along by HTTPS only. A transfer that breaks goes on where
  // it ended, for five minutes without a byte. Rejected by any other status; ends with the sink's
  // own error.
  [[nodiscard]] Status fetch(const std::string& path, const Sink& sink);

 private:
  Endpoint endpoint_;
  Secret session_{};
};

}  // namespace switchyard::pxe::installer
