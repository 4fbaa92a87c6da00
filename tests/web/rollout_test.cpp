// Previews and roll-outs through the API, on one deployed server.
#include "core/db/query.h"
#include "core/db/transaction.h"
#include "tests/web/domain_fixture.h"

namespace switchyard::web::test {
namespace {

class RolloutApi : public Domain {
 protected:
  void SetUp() override {
    EXPECT_TRUE(db::write(*site.pool, "a NOS with a driver", [](db::Session& session) -> Status {
      db::execute(session, "UPDATE switches SET nos = 'linux-frr'");
      return {};
    }));
    EXPECT_EQ(push("10.0.0.0/8"), 1);
    EXPECT_EQ(ask("POST", kActions, {{"type", "publish"}}).status, 200);
    const auto ordered = site.service->deploy({}, site.order());
    ASSERT_TRUE(ordered) << ordered.error().message;
    ASSERT_TRUE(
        site.run_until([&] { return site.operation_status(ordered->operation) == "succeeded"; }));
    EXPECT_EQ(push("10.0.0.0/9"), 2);
  }

  int push(const std::string& advertise) {
    const json files{
        {"catalog.yaml", "name: l3-private\nattachments: [{vrf: vrf-prv, advertise: [" + advertise +
                             ", 'fd10::/16']}]\nimages: ['*']\n"
                             "server: [{path: /etc/motd, template: motd.j2}]\n"},
        {"motd.j2", "{{ hostname }}\n"}};
    const auto pushed = ask("POST", "/api/v1/network-catalogs", {{"files", files}});
    EXPECT_EQ(pushed.status, 200) << pushed.body;
    return pushed.body["version"];
  }

  bool ends(const std::string& id) {
    return site.run_until([&] { return site.operation_status(id) != "running"; });
  }

  const std::string kActions = "/api/v1/network-catalogs/l3-private/actions";
};

TEST_F(RolloutApi, PreviewsAndRollsOutAndTakesBack) {
  const json version{{"catalog", "l3-private"}, {"version", 2}};
  json narrow = version;
  narrow["server"] = "srv1";
  const auto preview = ask("POST", "/api/v1/catalog-previews", narrow);
  ASSERT_EQ(preview.status, 200) << preview.body;
  EXPECT_EQ(preview.body["changed"], 1);
  ASSERT_EQ(preview.body["switches"].size(), 2U);
  EXPECT_NE(preview.body["switches"][0]["commands"].get<std::string>().find("10.0.0.0/9"),
            std::string::npos);
  const auto whole = ask("POST", "/api/v1/catalog-previews", version);
  EXPECT_EQ(whole.body["switches"][0]["commands"], "") << "only counted";
  EXPECT_EQ(whole.body["switches"][0]["sha256"], preview.body["switches"][0]["sha256"]);

  const auto tried = ask("POST", "/api/v1/rollouts?dry_run=true", version);
  EXPECT_EQ(tried.status, 200) << tried.body;
  EXPECT_EQ(tried.body["servers"]["waiting"], 1);
  const auto begun = ask("POST", "/api/v1/rollouts", version);
  ASSERT_EQ(begun.status, 202) << begun.body;
  const std::string id = begun.body["id"];
  EXPECT_EQ(ask("POST", "/api/v1/rollouts", version).status, 409) << "one runs";
  ASSERT_TRUE(ends(id));
  const std::string path = "/api/v1/rollouts/" + id;
  EXPECT_EQ(ask("GET", path).body["status"], "succeeded");
  EXPECT_EQ(ask("GET", path + "/servers").body["items"][0]["state"], "moved");
  EXPECT_EQ(ask("GET", path + "/servers?state=failed").body["items"].size(), 0U);
  EXPECT_EQ(ask("GET", "/api/v1/rollouts").body["items"].size(), 1U);
  EXPECT_EQ(ask("GET", "/api/v1/operations/" + id).body["kind"], "rollout");
  EXPECT_EQ(ask("POST", path + "/actions", {{"type", "stop"}}).status, 409) << "it is over";

  const auto back = ask("POST", path + "/actions", {{"type", "rollback"}});
  ASSERT_EQ(back.status, 202) << back.body;
  EXPECT_EQ(back.body["reverts"], id);
  ASSERT_TRUE(ends(back.body["id"]));
  EXPECT_EQ(ask("GET", "/api/v1/deployments").body["items"][0]["catalog_version"], 1);
}

TEST_F(RolloutApi, RefusesWhatItCannotDo) {
  const auto status = [&](const json& body) {
    return ask("POST", "/api/v1/rollouts", body).status;
  };
  EXPECT_EQ(status({{"catalog", "none"}}), 404);
  EXPECT_EQ(status({{"catalog", "l3-private"}}), 409) << "all have the published version";
  EXPECT_EQ(status({{"catalog", "l3-private"}, {"version", 9}}), 404);
  EXPECT_EQ(status({{"catalog", "l3-private"}, {"batch", 0}}), 400);
  EXPECT_EQ(status({{"catalog", "l3-private"}, {"speed", 9}}), 400);
  EXPECT_EQ(status({{"catalog", "l3-private"}, {"version", 2}, {"servers", {"nobody"}}}), 400);
  EXPECT_EQ(ask("GET", "/api/v1/rollouts/op-1").status, 404);
  EXPECT_EQ(ask("POST", "/api/v1/rollouts/op-1/actions", {{"type", "rollback"}}).status, 404);
  EXPECT_EQ(ask("POST", "/api/v1/rollouts/op-1/actions", {{"type", "hurry"}}).status, 400);
  EXPECT_EQ(ask("POST", "/api/v1/catalog-previews", {{"version", 2}}).status, 400);
  EXPECT_EQ(ask("POST", "/api/v1/catalog-previews", json::object()).status, 400);
}

}  // namespace
}  // namespace switchyard::web::test
