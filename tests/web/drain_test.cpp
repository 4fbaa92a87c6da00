// Draining a switch over the API.
#include "tests/web/domain_fixture.h"

namespace switchyard::web::test {
namespace {

TEST_F(Domain, DrainsASwitchAndUsesItAgain) {
  const auto before = ask("GET", "/api/v1/switches/tor1");
  EXPECT_EQ(before.body["drained"], false);
  EXPECT_EQ(ask("PATCH", "/api/v1/switches/tor1", {{"drained", true}}).status, 428);
  EXPECT_EQ(
      ask("PATCH", "/api/v1/switches/tor1?dry_run=true", {{"drained", true}}, if_match(before))
          .status,
      200);
  const auto after = ask("PATCH", "/api/v1/switches/tor1",
                         {{"drained", true}, {"reason", "new fans"}}, if_match(before));
  ASSERT_EQ(after.status, 200) << after.body;
  EXPECT_EQ(after.body["drained"], true);
  EXPECT_EQ(after.body["drain_reason"], "new fans");
  EXPECT_EQ(ask("PATCH", "/api/v1/switches/tor1", {{"drained", false}}, if_match(before)).status,
            412);
  const auto wrong = ask("PATCH", "/api/v1/switches/tor1",
                         {{"drained", false}, {"lose_servers", true}}, if_match(after));
  EXPECT_EQ(wrong.body["errors"][0]["pointer"], "/lose_servers");
  EXPECT_EQ(ask("PATCH", "/api/v1/switches/tor1", {{"reason", "x"}}, if_match(after))
                .body["errors"][0]["pointer"],
            "/drained");
  const auto back = ask("PATCH", "/api/v1/switches/tor1", {{"drained", false}}, if_match(after));
  ASSERT_EQ(back.status, 200) << back.body;
  EXPECT_EQ(back.body["drained"], false);
  EXPECT_EQ(ask("PATCH", "/api/v1/switches/tor9", {{"drained", true}}, "If-Match: *\r\n").status,
            404);
}

TEST_F(Domain, ListsTheServersBehindASwitch) {
  EXPECT_EQ(ask("GET", "/api/v1/switches/tor1/servers").body["items"].size(), 0U);
  EXPECT_EQ(ask("GET", "/api/v1/switches/tor9/servers").status, 404);
}

}  // namespace
}  // namespace switchyard::web::test
