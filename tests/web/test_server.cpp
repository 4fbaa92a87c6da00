#include "tests/web/test_server.h"

#include "core/db/migrations.h"
#include "core/id.h"
#include "core/log.h"
#include "web/api/api.h"
#include "web/api/keyring.h"
#include "web/api/schema.h"

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace switchyard::web::test {

void MemoryEvents::add(std::string type, std::string project, std::string body) {
  const std::lock_guard lock(mutex_);
  events_.push_back({events_.size() + 1, std::move(type), std::move(project), std::move(body)});
  news_.notify_all();
}

Result<std::vector<edge::Event>> MemoryEvents::read_after(std::uint64_t after, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<edge::Event> found;
  for (std::size_t i = after; i < events_.size() && found.size() < limit; ++i)
    found.push_back(events_[i]);
  return found;
}

Result<std::uint64_t> MemoryEvents::last_id() {
  const std::lock_guard lock(mutex_);
  return events_.size();
}

void MemoryEvents::wait_for_news(std::uint64_t after, std::chrono::milliseconds longest) {
  std::unique_lock lock(mutex_);
  news_.wait_for(lock, longest, [&] { return interrupted_ || events_.size() > after; });
}

void MemoryEvents::interrupt() {
  const std::lock_guard lock(mutex_);
  interrupted_ = true;
  news_.notify_all();
}

Directory::Directory()
    : root_(std::filesystem::temp_directory_path() / ("switchyard-web-" + random_hex(8))) {
  std::filesystem::create_directories(root_);
}

Directory::~Directory() {
  std::error_code ignored;
  std::filesystem::remove_all(root_, ignored);
}

void Directory::write(const std::string& name, const std::string& text) const {
  std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
  std::ofstream(path(name), std::ios::binary) << text;
}

std::unique_ptr<db::Pool> open_database(const Directory& directory) {
  auto pool = db::Pool::open({.url = "sqlite://" + directory.path("state.db")});
  if (!pool) throw std::runtime_error(pool.error().message);
  const auto migrated = db::migrate(**pool, api::migrations());
  if (!migrated) throw std::runtime_error(migrated.error().message);
  return std::move(*pool);
}

void add_echo(api::Api& api) {
  using api::Answer;
  using api::Call;
  using api::Reply;
  api.get("/api/v1/servers/:name", {"wait", "size"}, [](const Call& call) -> Answer {
    Reply reply{.body = {{"name", call.parameter("name")}, {"request_id", call.request_id}}};
    const auto size = api::integer_query(call, "size", 0, 64 << 20, 0);
    if (!size) return tl::unexpected(size.error());
    if (*size > 0) reply.body["filler"] = std::string(static_cast<std::size_t>(*size), 'x');
    reply.etag = "v1";
    return reply;
  });
  api.post("/api/v1/deployments", [](const Call& call) -> Answer {
    return Reply{.status = 201,
                 .body = {{"length", call.body.size()}, {"request_id", call.request_id}}};
  });
}

TestServer::TestServer(WebOptions options, std::function<void(api::Api&)> more_routes)
    : pool_(open_database(directory_)) {
  log::set_level(log::Level::Error);
  ::unsetenv("SWITCHYARD_RECORD_HTTP");  // what these routes answer is not in the document
  options.pepper_file = directory_.path("pepper");
  options.admin_token_file = directory_.path("admin-token");
  if (!options.portal_directory.empty()) options.portal_directory = directory_.path("portal");
  auto started = Server::start(
      options,
      {.pool = *pool_, .clock = clock_, .events = events_, .add_routes = [&](api::Api& api) {
         add_echo(api);
         if (more_routes) more_routes(api);
       }});
  if (!started) throw std::runtime_error(started.error().message);
  server_ = std::move(*started);
  token_ = api::read_private_file(options.admin_token_file).value();
}

TestServer::~TestServer() = default;

}  // namespace switchyard::web::test
