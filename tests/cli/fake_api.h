// A small HTTP server that plays the service: answers by a script, remembers what it was asked.
#pragma once

#include <nlohmann/json.hpp>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace httplib {
class Server;
}

namespace switchyard::web::cli {

struct FakeAnswer {
  int status{200};  // 0: the connection breaks in the middle of the answer
  std::string body{};
  std::string etag{};
  std::string type{"application/json"};
};

struct FakeRequest {
  std::string method{};
  std::string target{};  // path and query as they came
  std::string body{};
  std::string authorization{};
  std::string if_match{};
  std::string idempotency_key{};
  std::string last_event_id{};
};

// Thread-safe. Listens on loopback from construction to destruction.
class FakeApi {
 public:
  FakeApi();
  ~FakeApi();
  FakeApi(const FakeApi&) = delete;
  FakeApi& operator=(const FakeApi&) = delete;

  [[nodiscard]] std::string url() const;

  // "GET /api/v1/servers/srv1"; the query is not looked at. Answers given one after the other are
  // given in that order, the last one again and again. What has no answer is a 404 problem.
  void answer(const std::string& what, const nlohmann::json& body, int status = 200,
              const std::string& etag = "");
  void answer(const std::string& what, FakeAnswer answer);
  void refuse(const std::string& what, int status, const std::string& code,
              const std::string& detail, const nlohmann::json& errors = nlohmann::json::array());

  // A page of a list.
  void list(const std::string& what, const nlohmann::json& items, const std::string& next = "");

  [[nodiscard]] std::vector<FakeRequest> requests() const;

 private:
  [[nodiscard]] FakeAnswer next(const FakeRequest& request);
  mutable std::mutex mutex_{};
  std::map<std::string, std::deque<FakeAnswer>> script_{};
  std::vector<FakeRequest> requests_{};
  std::unique_ptr<httplib::Server> server_;
  int port_{};
  std::jthread thread_{};
};

}  // namespace switchyard::web::cli
