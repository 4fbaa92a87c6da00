#include "web/edge/recorder.h"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <cctype>
#include <cstdlib>

namespace switchyard::web::edge {
namespace {

nlohmann::json to_json(const Headers& headers) {
  nlohmann::json result = nlohmann::json::object();
  for (const Header& header : headers) {
    std::string name = header.name;
    for (char& c : name)
      c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (name != "authorization" && name != "cookie") result[name] = header.value;
  }
  return result;
}

}  // namespace

std::unique_ptr<Recorder> Recorder::from_environment() {
  const char* path =
      std::getenv("SWITCHYARD_RECORD_HTTP");  // NOLINT(concurrency-mt-unsafe): at start
  if (path == nullptr || *path == '\0') return nullptr;
  return std::make_unique<Recorder>(path);
}

void Recorder::record(const Request& request, const Response& response) {
  constexpr std::size_t kLargest = 1 << 20;
  if (!request.path.starts_with("/api/") || response.file || response.body.size() > kLargest)
    return;
  const nlohmann::json line{{"method", request.method},
                            {"path", request.path},
                            {"query", request.query},
                            {"request_headers", to_json(request.headers)},
                            {"request_body", request.body.size() > kLargest ? "" : request.body},
                            {"status", response.status},
                            {"response_headers", to_json(response.headers)},
                            {"response_body", response.body},
                            {"stream", response.events.has_value()}};
  const std::string text =
      line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  const std::lock_guard lock(mutex_);
  const int file = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) return;
  if (::write(file, text.data(), text.size()) < 0) ::unlink(path_.c_str());
  ::close(file);
}

}  // namespace switchyard::web::edge
