#include "tests/cli/fake_api.h"

#include <httplib.h>

#include <stdexcept>

namespace switchyard::web::cli {

using nlohmann::json;

FakeApi::FakeApi() : server_(std::make_unique<httplib::Server>()) {
  const auto handle = [this](const httplib::Request& request, httplib::Response& response) {
    const FakeRequest seen{.method = request.method,
                           .target = request.target,
                           .body = request.body,
                           .authorization = request.get_header_value("Authorization"),
                           .if_match = request.get_header_value("If-Match"),
                           .idempotency_key = request.get_header_value("Idempotency-Key"),
                           .last_event_id = request.get_header_value("Last-Event-ID")};
    const FakeAnswer answer = next(seen);
    if (answer.status == 0) {  // the connection breaks in the middle of the answer
      response.set_content_provider(
          100, "application/json",
          [](std::size_t, std::size_t, httplib::DataSink&) { return false; });
      return;
    }
    response.status = answer.status;
    if (!answer.etag.empty()) response.set_header("ETag", answer.etag);
    response.set_content(answer.body, answer.type);
  };
  server_->Get(".*", handle);
  server_->Post(".*", handle);
  server_->Patch(".*", handle);
  server_->Delete(".*", handle);
  port_ = server_->bind_to_any_port("127.0.0.1");
  if (port_ < 0) throw std::runtime_error("no port on loopback");
  thread_ = std::jthread([this] { server_->listen_after_bind(); });
}

FakeApi::~FakeApi() {
  while (!server_->is_running())  // stop() before listen() began would be lost
    std::this_thread::yield();
  server_->stop();
}

std::string FakeApi::url() const { return "http://127.0.0.1:" + std::to_string(port_); }

void FakeApi::answer(const std::string& what, FakeAnswer answer) {
  const std::lock_guard lock(mutex_);
  script_[what].push_back(std::move(answer));
}

void FakeApi::answer(const std::string& what, const json& body, int status,
                     const std::string& etag) {
  answer(what,
         FakeAnswer{.status = status, .body = body.is_null() ? "" : body.dump(), .etag = etag});
}

void FakeApi::refuse(const std::string& what, int status, const std::string& code,
                     const std::string& detail, const json& errors) {
  answer(what, FakeAnswer{.status = status,
                          .body = json{{"type", "about:blank"},
                                       {"title", "No"},
                                       {"status", status},
                                       {"code", code},
                                       {"detail", detail},
                                       {"request_id", "req-1"},
                                       {"errors", errors}}
                                      .dump(),
                          .type = "application/problem+json"});
}

void FakeApi::list(const std::string& what, const json& items, const std::string& next) {
  answer(what, json{{"items", items}, {"next_page_token", next}});
}

std::vector<FakeRequest> FakeApi::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

FakeAnswer FakeApi::next(const FakeRequest& request) {
  const std::lock_guard lock(mutex_);
  requests_.push_back(request);
  const std::string path = request.target.substr(0, request.target.find('?'));
  const auto found = script_.find(request.method + " " + path);
  if (found == script_.end())
    return {
        .status = 404,
        .body =
            json{{"status", 404}, {"code", "not_found"}, {"detail", path + " is not there"}}.dump(),
        .type = "application/problem+json"};
  FakeAnswer answer = found->second.front();
  if (found->second.size() > 1) found->second.pop_front();
  return answer;
}

}  // namespace switchyard::web::cli
