// Maintenance over the API, and whose the wipe is that ends it.
#include "tests/web/domain_fixture.h"

namespace switchyard::web::test {
namespace {

TEST_F(Domain, TakesAServerIntoMaintenanceAndBackThroughAWipe) {
  const auto before = ask("GET", "/api/v1/servers/srv1");
  EXPECT_EQ(ask("PATCH", "/api/v1/servers/srv1", {{"maintenance", true}}).status, 428);
  EXPECT_EQ(
      ask("PATCH", "/api/v1/servers/srv1?dry_run=true", {{"maintenance", true}}, if_match(before))
          .status,
      200);
  const auto after = ask("PATCH", "/api/v1/servers/srv1",
                         {{"maintenance", true}, {"reason", "fan"}}, if_match(before));
  ASSERT_EQ(after.status, 200) << after.body;
  EXPECT_EQ(after.body["state"], "maintenance");
  EXPECT_EQ(ask("PATCH", "/api/v1/servers/srv1", {{"maintenance", false}}, if_match(before)).status,
            412);
  const auto wrong = ask("PATCH", "/api/v1/servers/srv1",
                         {{"maintenance", false}, {"reason", "fan"}}, if_match(after));
  EXPECT_EQ(wrong.body["errors"][0]["pointer"], "/reason");
  const auto tried =
      ask("PATCH", "/api/v1/servers/srv1?dry_run=true", {{"maintenance", false}}, if_match(after));
  EXPECT_EQ(tried.status, 200);
  EXPECT_EQ(tried.body["kind"], "wipe");
  const auto wipe = ask("PATCH", "/api/v1/servers/srv1", {{"maintenance", false}}, if_match(after));
  ASSERT_EQ(wipe.status, 202) << wipe.body;
  const std::string operation = wipe.body["id"];
  EXPECT_EQ(wipe.headers.at("location"), "/api/v1/operations/" + operation);
  EXPECT_EQ(ask("GET", "/api/v1/servers/srv1").body["state"], "wiping");
  finish(operation);
  EXPECT_EQ(ask("GET", wipe.headers.at("location")).body["status"], "succeeded");
  EXPECT_EQ(ask("GET", "/api/v1/servers/srv1").body["state"], "available");
}

TEST_F(Domain, WhoMayOrderAnOperationMayCancelIt) {
  const auto token_of = [&](const std::string& role) -> std::string {
    return ask("POST", "/api/v1/tokens", {{"name", role}, {"role", role}}).body["secret"];
  };
  const std::string admin = token, engineer = token_of("network-engineer"),
                    developer = token_of("developer");
  const auto act = [&](const std::string& who, const std::string& operation,
                       const std::string& type) {
    token = who;
    return ask("POST", "/api/v1/operations/" + operation + "/actions", {{"type", type}}).status;
  };
  token = engineer;
  ask("PATCH", "/api/v1/servers/srv1", {{"maintenance", true}}, "If-Match: *\r\n");
  const auto queued =
      ask("PATCH", "/api/v1/servers/srv1", {{"maintenance", false}}, "If-Match: *\r\n");
  ASSERT_EQ(queued.status, 202) << queued.body;
  const std::string wipe = queued.body["id"];
  EXPECT_EQ(act(developer, wipe, "cancel"), 403);
  EXPECT_EQ(act(engineer, wipe, "cancel"), 202);
  finish(wipe);
  EXPECT_EQ(ask("GET", "/api/v1/servers/srv1").body["state"], "maintenance");
  EXPECT_EQ(act(developer, wipe, "retry"), 403);
  EXPECT_EQ(act(engineer, wipe, "retry"), 202);
  finish(wipe);
  token = developer;
  const auto ordered = order();
  ASSERT_EQ(ordered.status, 202) << ordered.body;
  const std::string deploy = ordered.body["operation"];
  EXPECT_EQ(act(engineer, deploy, "cancel"), 403);
  EXPECT_EQ(act(admin, deploy, "cancel"), 202);
}

}  // namespace
}  // namespace switchyard::web::test
