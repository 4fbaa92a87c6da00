// An installed system calls home over the API, with a token that is none of the API's.
#include "core/db/transaction.h"
#include "provisioner/store/phone_homes.h"
#include "tests/web/domain_fixture.h"

namespace switchyard::web::test {
namespace {

const json kSaid{{"hostname", "web1"},
                 {"uptime_seconds", 31},
                 {"addresses", {"10.1.0.1/32"}},
                 {"bgp_established", 2},
                 {"ssh", true}};
constexpr const char* kPath = "/api/v1/phone-home";

TEST_F(Domain, HearsAnInstalledSystemOnceByItsOwnToken) {
  const auto ordered = order();
  ASSERT_EQ(ordered.status, 202) << ordered.body;
  const std::string operation = ordered.body["operation"];
  const auto made = db::write(*site.pool, "token", [&](db::Session& session) {
    return Result<Secret>(provisioner::make_phone_home_token(session, operation));
  });
  ASSERT_TRUE(made);
  const std::string of_the_api = token;
  EXPECT_EQ(ask("POST", kPath, kSaid).status, 403) << "an admin is no installed system";
  token = made->reveal();
  EXPECT_EQ(ask("POST", kPath, {{"hostname", "web1"}, {"password", "x"}}).status, 400);
  EXPECT_EQ(ask("GET", "/api/v1/servers").status, 401) << "it opens nothing else";
  EXPECT_EQ(ask("POST", kPath, kSaid).status, 204);
  EXPECT_EQ(ask("POST", kPath, kSaid).status, 403);
  token = of_the_api;
  const auto seen = ask("GET", "/api/v1/operations/" + operation);
  EXPECT_NE(seen.body["timeline"].dump().find("called home: web1"), std::string::npos);
  EXPECT_EQ(seen.body["timeline"].dump().find(made->reveal()), std::string::npos);
  finish(operation);
}

TEST_F(Domain, TakesALayoutWithAnOrder) {
  json wanted = kOrder;
  wanted["layout"] = {{"raid1", true}};
  const auto made = ask("POST", "/api/v1/deployments", wanted);
  ASSERT_EQ(made.status, 202) << made.body;
  EXPECT_EQ(made.body["layout"], (json{{"raid1", true}, {"lvm", false}}));
  wanted["layout"] = {{"zfs", true}};
  EXPECT_EQ(ask("POST", "/api/v1/deployments", wanted).body["errors"][0]["pointer"], "/layout/zfs");
}

}  // namespace
}  // namespace switchyard::web::test
