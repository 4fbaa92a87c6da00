// The whole web room in this process, on an empty SQLite database and a port of the kernel's
// choice. There is no domain: GET /api/v1/servers/:name answers the name it was asked for, POST
// /api/v1/deployments answers how long the body was.
#pragma once

#include "core/clock.h"
#include "core/db/pool.h"
#include "web/server.h"

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace switchyard::web::test {

// The event log in memory.
class MemoryEvents final : public edge::EventSource {
 public:
  void add(std::string type, std::string project, std::string body);
  Result<std::vector<edge::Event>> read_after(std::uint64_t after, std::size_t limit) override;
  Result<std::uint64_t> last_id() override;
  void wait_for_news(std::uint64_t after, std::chrono::milliseconds longest) override;
  void interrupt() override;

 private:
  std::mutex mutex_{};
  std::condition_variable news_{};
  std::vector<edge::Event> events_{};
  bool interrupted_{false};
};

class Directory {
 public:
  Directory();
  ~Directory();

  [[nodiscard]] std::string path(const std::string& name) const { return root_ / name; }

  void write(const std::string& name, const std::string& text) const;

 private:
  std::filesystem::path root_;
};

// An open database with the tables of the web room.
[[nodiscard]] std::unique_ptr<db::Pool> open_database(const Directory& directory);

class TestServer {
 public:
  explicit TestServer(WebOptions options = {}, std::function<void(api::Api&)> more_routes = {});
  ~TestServer();

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }

  [[nodiscard]] const std::string& token() const { return token_; }

  [[nodiscard]] MemoryEvents& events() { return events_; }

  [[nodiscard]] Server& server() { return *server_; }

  [[nodiscard]] Directory& directory() { return directory_; }

 private:
  Directory directory_{};
  SystemClock clock_{};
  MemoryEvents events_{};
  std::unique_ptr<db::Pool> pool_;
  std::unique_ptr<Server> server_{};
  std::string token_{};
};

// Adds the two echo routes.
void add_echo(api::Api& api);

}  // namespace switchyard::web::test
