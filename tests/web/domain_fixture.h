// The resources of the domain against the real facade: runner and reconcilers are real, switches
// and BMC scripted. Every answer is recorded and afterwards checked against docs/openapi.yaml.
#pragma once

#include "core/db/migrations.h"
#include "core/log.h"
#include "ipam/schema.h"
#include "provisioner/schema.h"
#include "tests/provisioner/simulated_site.h"
#include "tests/web/raw_client.h"
#include "tests/web/test_server.h"
#include "web/api/keyring.h"
#include "web/api/schema.h"
#include "web/server.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace switchyard::web::test {

using nlohmann::json;

// The event log of the service, as the composition root hands it to the edge.
class ServiceEvents final : public edge::EventSource {
 public:
  explicit ServiceEvents(provisioner::Service& service) : service_(service) {}

  Result<std::vector<edge::Event>> read_after(std::uint64_t after, std::size_t limit) override {
    const auto events = service_.events({}, static_cast<long long>(after), static_cast<int>(limit));
    if (!events) return tl::unexpected(events.error());
    std::vector<edge::Event> lines;
    for (const provisioner::EventView& event : *events)
      lines.push_back({static_cast<std::uint64_t>(event.id), event.type, event.project,
                       provisioner::to_json_text(event)});
    return lines;
  }

  Result<std::uint64_t> last_id() override {
    return service_.last_event().map([](long long id) { return static_cast<std::uint64_t>(id); });
  }

  void wait_for_news(std::uint64_t after, std::chrono::milliseconds) override {
    service_.wait_for_event(static_cast<long long>(after), std::chrono::milliseconds(20));
  }

  void interrupt() override {}

 private:
  provisioner::Service& service_;
};

struct Asked {
  int status{};
  json body{};
  std::map<std::string, std::string> headers{};
};

class Domain : public testing::Test {
 protected:
  Domain() {
    log::set_level(log::Level::Error);
    // migrate() wants the whole list of this binary; what is applied already is skipped.
    std::vector<db::Migration> all(ipam::migrations().begin(), ipam::migrations().end());
    all.insert(all.end(), provisioner::migrations().begin(), provisioner::migrations().end());
    all.insert(all.end(), api::migrations().begin(), api::migrations().end());
    EXPECT_TRUE(db::migrate(*site.pool, all));
    auto started = Server::start(
        {.pepper_file = directory.path("pepper"), .admin_token_file = directory.path("token")},
        {.pool = *site.pool,
         .clock = site.clock,
         .events = events,
         .add_routes = domain_routes(*site.service)});
    EXPECT_TRUE(started);
    server = std::move(*started);
    token = api::read_private_file(directory.path("token")).value();
  }

  Asked ask(const std::string& method, const std::string& path, const json& body = nullptr,
            const std::string& fields = "") {
    return ask_text(method, path, body.is_null() ? "" : body.dump(),
                    "Content-Type: application/json\r\n" + fields);
  }

  Asked ask_text(const std::string& method, const std::string& path, const std::string& text,
                 const std::string& fields) {
    RawClient client(server->port());
    client.send(method + " " + path +
                " HTTP/1.1\r\nHost: t\r\nConnection: close\r\nAuthorization: Bearer " + token +
                "\r\n" + fields + "Content-Length: " + std::to_string(text.size()) + "\r\n\r\n" +
                text);
    const auto answer = client.read_answer();
    if (!answer) return {};
    return {answer->status, json::parse(answer->body, nullptr, false), answer->headers};
  }

  static std::string if_match(const Asked& asked) {
    return "If-Match: " + asked.headers.at("etag") + "\r\n";
  }

  Asked order(const std::string& fields = "") {
    return ask("POST", "/api/v1/deployments", kOrder, fields);
  }

  void finish(const std::string& operation) {
    EXPECT_TRUE(site.run_until([&] {
      const auto status = site.operation_status(operation);
      return status != "queued" && status != "running";
    })) << operation;
  }

  const json kOrder{{"project", "demo"},
                    {"name", "web1"},
                    {"server", {{"server", "srv1"}}},
                    {"image", "debian-12"},
                    {"catalog", "l3-private"},
                    {"subnets", {{"vrf-prv", {"prv-a", "prv-a6"}}}}};
  Directory directory{};
  provisioner::SimulatedSite site{db::Backend::Sqlite};
  ServiceEvents events{*site.service};
  std::unique_ptr<Server> server{};
  std::string token{};
};

}  // namespace switchyard::web::test
