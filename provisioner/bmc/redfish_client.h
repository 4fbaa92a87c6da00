// Talks Redfish to one BMC: login, gate, deadlines and what a status code means. No verbs.
#pragma once

#include "core/result.h"
#include "provisioner/bmc/bmc.h"
#include "provisioner/bmc/gate.h"
#include "provisioner/bmc/http_exchange.h"

#include <chrono>
#include <memory>
#include <string>

namespace switchyard::provisioner {

// Not thread-safe.
class RedfishClient {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  RedfishClient(const BmcAccess& access, HttpUrl url, HttpTrust trust);
  ~RedfishClient();  // logs out, if there is a session
  RedfishClient(const RedfishClient&) = delete;
  RedfishClient& operator=(const RedfishClient&) = delete;

  // When a call that begins now must be over.
  [[nodiscard]] Instant deadline() const;
  // Any 2xx. Conflict: 412, somebody else changed the resource that `if_match` is about. A BMC that
  // refuses Basic authentication gets a session (DSP0266, 13.3.4).
  [[nodiscard]] Result<HttpAnswer> get(const std::string& path, Instant until);
  [[nodiscard]] Result<HttpAnswer> post(const std::string& path, std::string body, Instant until);
  [[nodiscard]] Result<HttpAnswer> patch(const std::string& path, std::string body,
                                         const std::string& if_match, Instant until);
  // False when `until` or the end of the limits comes first.
  [[nodiscard]] bool pause(Instant until);

  [[nodiscard]] const std::string& who() const { return who_; }  // "BMC of srv1"

  [[nodiscard]] const HttpUrl& url() const { return url_; }

 private:
  [[nodiscard]] Result<HttpAnswer> send(HttpRequest request, Instant until);
  [[nodiscard]] Result<HttpAnswer> exchange(HttpRequest request, Instant until);
  [[nodiscard]] Status log_in(Instant until);
  [[nodiscard]] Result<HttpAnswer> judged(HttpAnswer answer, const std::string& path) const;

  BmcAccess access_;
  HttpUrl url_;
  HttpTrust trust_;
  std::shared_ptr<BmcGate> gate_;
  std::string who_;
  std::string token_{};    // of the session, if there is one
  std::string session_{};  // its path
};

}  // namespace switchyard::provisioner
