// Exit status and text of everything that goes wrong.
#include "tests/cli/run_fixture.h"
#include "tests/cli/samples.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace switchyard::web::cli {
namespace {

using nlohmann::json;

class Failures : public RunFixture {
 protected:
  // A file of its own for each test, so that tests can run at the same time.
  static std::string file_with(const std::string& text) {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    const auto path = std::filesystem::path(::testing::TempDir()) /
                      (std::string("switchyard-cli-") + test->name());
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }
};

TEST_F(Failures, WrongUsageIsOne) {
  EXPECT_EQ(run({}).status, 1);
  EXPECT_EQ(run({"server"}).status, 1);
  EXPECT_EQ(run({"server", "list", "--stat", "x"}).status, 1);
  EXPECT_EQ(run({"server", "maintenance", "srv1"}).status, 1);
  EXPECT_EQ(run({"server", "maintenance", "srv1", "--on", "--watch"}).status, 1);
  EXPECT_EQ(run({"server", "list", "-o", "yaml"}).status, 1);
  EXPECT_EQ(run_as_is({"server", "list", "--url", "localhost"}).status, 1);
  EXPECT_EQ(run({"server", "list", "--token-file", "/nowhere"}).status, 1);
  EXPECT_EQ(run({"inventory", "import", "/nowhere"}).status, 1);
}

TEST_F(Failures, HelpIsNone) {
  EXPECT_EQ(run({"--help"}).status, 0);
  const Ran ran = run({"deploy", "--help"});
  EXPECT_EQ(ran.status, 0);
  EXPECT_NE(ran.out.find("Examples:"), std::string::npos);
}

TEST_F(Failures, ARefusalIsTwoAndNamesEveryError) {
  api.refuse("POST /api/v1/subnets", 400, "invalid_body", "/vrf is required (and 1 more)",
             json{{{"pointer", "/vrf"}, {"code", "missing"}, {"detail", "is required"}},
                  {{"pointer", "/prefix"}, {"code", "invalid"}, {"detail", "is no prefix"}}});
  const Ran ran =
      run({"subnet", "create", "a", "--vrf", "v", "--prefix", "10.1.0.0/33", "--project", "demo"});
  EXPECT_EQ(ran.status, 2);
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(ran.err,
            "error: /vrf is required (and 1 more)\n  vrf: is required\n  prefix: is no prefix\n");
}

TEST_F(Failures, ErrorsOfAnInventoryNameTheFileAsThePersonDid) {
  const std::string file = file_with("vrfs: []\n");
  api.refuse("POST /api/v1/inventory", 400, "invalid_inventory",
             "the inventory has 1 error; nothing was stored",
             json{{{"pointer", ""}, {"code", "invalid"}, {"detail", "inventory:1:7: no VRF"}}});
  const Ran ran = run({"inventory", "import", file});
  EXPECT_EQ(ran.status, 2);
  EXPECT_EQ(ran.err,
            "error: the inventory has 1 error; nothing was stored\n  " + file + ":1:7: no VRF\n");
}

TEST_F(Failures, WhatIsNotThereComesWithAWayToFindIt) {
  const Ran ran = run({"server", "show", "srv9"});
  EXPECT_EQ(ran.status, 2);
  EXPECT_EQ(ran.err,
            "error: /api/v1/servers/srv9 is not there\ntry: 'switchyard server list' shows what "
            "there is\n");
}

TEST_F(Failures, AnErrorOfTheServiceIsThreeAndNamesItsLogLine) {
  api.refuse("GET /api/v1/vrfs", 500, "internal_error", "something went wrong here");
  const Ran ran = run({"vrf", "list"});
  EXPECT_EQ(ran.status, 3);
  EXPECT_EQ(ran.err,
            "error: something went wrong here\ntry: repeat it later; the service's log has it as "
            "req-1\n");
}

TEST_F(Failures, NobodyThereIsThree) {
  std::string url;
  {
    const FakeApi gone;
    url = gone.url();
  }
  const Ran ran = run_as_is({"server", "list", "--url", url});
  EXPECT_EQ(ran.status, 3);
  EXPECT_NE(ran.err.find("cannot reach the service at " + url), std::string::npos);
  EXPECT_NE(ran.err.find("try: "), std::string::npos);
}

TEST_F(Failures, SomebodyElseThereIsThree) {
  api.answer("GET /api/v1/vrfs", FakeAnswer{.body = "<html>hello</html>", .type = "text/html"});
  EXPECT_EQ(run({"vrf", "list"}).status, 3);
  api.answer("GET /api/v1/images", json{{"hello", 1}});
  EXPECT_EQ(run({"image", "list"}).status, 3);
}

TEST_F(Failures, APostWhoseAnswerIsLostIsSentAgainUnderItsKey) {
  api.answer("POST /api/v1/deployments", FakeAnswer{.status = 0});
  api.answer("POST /api/v1/deployments", sample_deployment("deploying"), 202);
  const Ran ran = run({"deploy", "web-1", "--project", "demo", "--image", "i", "--catalog", "c",
                       "--subnet", "v=s", "--server", "srv1"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  ASSERT_EQ(api.requests().size(), 2U);
  EXPECT_EQ(api.requests()[0].idempotency_key, api.requests()[1].idempotency_key);
}

TEST_F(Failures, AReleaseWhoseAnswerIsLostIsNotRepeatedBlindly) {
  api.answer("GET /api/v1/deployments/dep-1", sample_deployment("active"), 200, "\"v2\"");
  api.answer("DELETE /api/v1/deployments/dep-1", FakeAnswer{.status = 0});
  EXPECT_EQ(run({"release", "dep-1", "--yes"}).status, 3);
  EXPECT_EQ(api.requests().size(), 3U);
}

TEST_F(Failures, AWrongOrderNeverLeavesTheMachine) {
  const std::vector<std::string> order{"deploy", "web-1",     "--project", "demo",     "--image",
                                       "i",      "--catalog", "c",         "--server", "srv1"};
  auto without_vrf = order;
  without_vrf.insert(without_vrf.end(), {"--subnet", "prv-a"});
  EXPECT_EQ(run(without_vrf).status, 1);
  auto private_key = order;
  private_key.insert(private_key.end(), {"--subnet", "v=s", "--ssh-key",
                                         file_with("-----BEGIN OPENSSH PRIVATE KEY-----\n")});
  const Ran ran = run(private_key);
  EXPECT_EQ(ran.status, 1);
  EXPECT_NE(ran.err.find("is a private key"), std::string::npos);
  EXPECT_TRUE(api.requests().empty());
}

TEST_F(Failures, TheTokenIsSentAndNeverShown) {
  const std::string file = file_with("swy_a_b\n");
  const Ran ran = run({"whoami", "--token-file", file});
  EXPECT_EQ(api.requests().back().authorization, "Bearer swy_a_b");
  EXPECT_EQ((ran.out + ran.err).find("swy_a_b"), std::string::npos);
}

}  // namespace
}  // namespace switchyard::web::cli
