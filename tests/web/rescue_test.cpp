// A rescue over the API, and who may order one.
#include "tests/web/domain_fixture.h"

namespace switchyard::web::test {
namespace {

const json kKeys{{"ssh_keys", {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIexampleexample eva@desk"}}};
constexpr const char* kPath = "/api/v1/servers/srv1/rescue";

class RescueApi : public Domain {
 protected:
  void maintain() {
    ASSERT_EQ(
        ask("PATCH", "/api/v1/servers/srv1", {{"maintenance", true}}, "If-Match: *\r\n").status,
        200);
  }
};

TEST_F(RescueApi, OpensShowsTheWayInAndEnds) {
  EXPECT_EQ(ask("POST", kPath, kKeys).status, 409) << "it is in the pool";
  maintain();
  EXPECT_EQ(ask("GET", kPath).status, 404);
  EXPECT_EQ(ask("POST", std::string(kPath) + "?dry_run=true", kKeys).status, 200);
  const auto queued = ask("POST", kPath, kKeys, "Idempotency-Key: once\r\n");
  ASSERT_EQ(queued.status, 202) << queued.body;
  EXPECT_EQ(queued.body["kind"], "rescue");
  EXPECT_EQ(ask("POST", kPath, kKeys, "Idempotency-Key: once\r\n").body["id"], queued.body["id"]);
  EXPECT_EQ(ask("POST", kPath, kKeys).status, 409) << "there is one already";
  EXPECT_EQ(ask("GET", kPath).body["state"], "opening");
  EXPECT_TRUE(ask("GET", kPath).body["access"].is_null());
  const std::string operation = queued.body["id"];
  ASSERT_TRUE(site.run_until([&] { return site.operation(operation).step == "open"; }));
  const auto open = ask("GET", kPath);
  EXPECT_EQ(open.body["state"], "open");
  EXPECT_EQ(open.body["access"]["address"], "172.16.100.17");
  EXPECT_EQ(open.body["access"]["port"], 22);
  EXPECT_EQ(open.body["access"]["host_key"], site.server.status.host_key);
  EXPECT_EQ(ask("DELETE", std::string(kPath) + "?dry_run=true").status, 200);
  EXPECT_EQ(ask("GET", kPath).body["state"], "open");
  const auto ending = ask("DELETE", kPath);
  EXPECT_EQ(ending.status, 202) << ending.body;
  EXPECT_EQ(ending.headers.at("location"), "/api/v1/operations/" + operation);
  finish(operation);
  EXPECT_EQ(ask("GET", "/api/v1/operations/" + operation).body["status"], "succeeded");
  EXPECT_EQ(ask("GET", "/api/v1/servers/srv1").body["state"], "maintenance");
  EXPECT_EQ(ask("DELETE", kPath).status, 404);
}

TEST_F(RescueApi, ABadOrderNamesWhatIsWrong) {
  maintain();
  EXPECT_EQ(ask("POST", kPath, json::object()).body["errors"][0]["pointer"], "/ssh_keys");
  EXPECT_EQ(ask("POST", kPath, {{"ssh_keys", json::array()}}).status, 400);
  EXPECT_EQ(ask("POST", kPath, {{"ssh_keys", {"hello"}}}).status, 400);
  EXPECT_EQ(ask("POST", "/api/v1/servers/srv9/rescue", kKeys).status, 404);
}

TEST_F(RescueApi, IsForNetworkEngineersAndAdmins) {
  const auto token_of = [&](const std::string& role) -> std::string {
    return ask("POST", "/api/v1/tokens", {{"name", role}, {"role", role}}).body["secret"];
  };
  const std::string engineer = token_of("network-engineer"), developer = token_of("developer"),
                    viewer = token_of("viewer");
  maintain();
  for (const std::string& who : {developer, viewer}) {
    token = who;
    EXPECT_EQ(ask("POST", kPath, kKeys).status, 403);
    EXPECT_EQ(ask("GET", kPath).status, 403);
    EXPECT_EQ(ask("DELETE", kPath).status, 403);
  }
  token = engineer;
  const auto queued = ask("POST", kPath, kKeys);
  ASSERT_EQ(queued.status, 202) << queued.body;
  const std::string cancel =
      "/api/v1/operations/" + queued.body["id"].get<std::string>() + "/actions";
  token = developer;
  EXPECT_EQ(ask("POST", cancel, {{"type", "cancel"}}).status, 403);
  token = engineer;
  EXPECT_EQ(ask("POST", cancel, {{"type", "cancel"}}).status, 202);
}

}  // namespace
}  // namespace switchyard::web::test
