// Writes request/answer pairs as JSON lines for the contract check of tests/web/openapi, when
// SWITCHYARD_RECORD_HTTP names a file. Never on in production: bodies are written as they are.
#pragma once

#include "web/edge/http.h"

#include <memory>
#include <mutex>
#include <string>

namespace switchyard::web::edge {

// Thread-safe. Several processes may append to one file.
class Recorder {
 public:
  // Null when the variable is not set.
  [[nodiscard]] static std::unique_ptr<Recorder> from_environment();

  explicit Recorder(std::string path) : path_(std::move(path)) {}

  // Only requests to the API. Credentials are left out.
  void record(const Request& request, const Response& response);

 private:
  std::string path_;
  std::mutex mutex_;
};

}  // namespace switchyard::web::edge
