// What the subcommands about catalogs and roll-outs ask the service for, and how the answer reads.
#include "tests/cli/run_fixture.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace switchyard::web::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;

const std::string kShipped = std::string(SWITCHYARD_SOURCE_DIR) + "/catalogs/shipped/";

class CatalogCommands : public RunFixture {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "catalog-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    api.answer("GET /api/v1/network-catalogs/l3-private",
               {{"name", "l3-private"},
                {"description", "one VRF"},
                {"version", 1},
                {"state", "published"},
                {"versions",
                 {{{"version", 1},
                   {"state", "published"},
                   {"author", "eva"},
                   {"created_at", "2026-11-30T22:00:00Z"}},
                  {{"version", 2},
                   {"state", "checked"},
                   {"author", "ben"},
                   {"created_at", "2026-12-01T02:00:00Z"}}}},
                {"sha256", "abc"},
                {"author", "eva"},
                {"created_at", "2026-11-30T22:00:00Z"},
                {"files", {{"catalog.yaml", "name: l3-private\n"}, {"server/a.j2", "x\n"}}}});
  }

  void TearDown() override { std::filesystem::remove_all(folder_); }

  json sent() { return json::parse(api.requests().back().body); }

  std::string folder_{};
};

TEST_F(CatalogCommands, PushSendsTheFilesOfAFolder) {
  api.answer("POST /api/v1/network-catalogs", {{"name", "l3-private"}, {"version", 3}});
  const Ran ran = run({"catalog", "push", kShipped + "l3-private"});
  EXPECT_EQ(ran.out,
            "catalog l3-private is version 3; orders get it after: switchyard catalog publish "
            "l3-private@3\n")
      << ran.err;
  EXPECT_TRUE(sent()["files"].contains("catalog.yaml"));
  EXPECT_TRUE(sent()["files"].contains("server/frr.conf.j2")) << "what it includes comes along";
}

TEST_F(CatalogCommands, PushCanPublishAtOnce) {
  api.answer("POST /api/v1/network-catalogs", {{"name", "l3-private"}, {"version", 3}});
  api.answer("POST /api/v1/network-catalogs/l3-private/actions",
             {{"name", "l3-private"}, {"version", 3}});
  const Ran ran = run({"catalog", "push", kShipped + "l3-private", "--publish"});
  EXPECT_EQ(ran.out, "catalog l3-private is version 3; orders get it from now on\n") << ran.err;
  EXPECT_EQ(sent(), (json{{"type", "publish"}, {"version", 3}}));
}

TEST_F(CatalogCommands, PullWritesTheFilesOfAVersion) {
  const std::string to = folder_ + "/was";
  const Ran ran = run({"catalog", "pull", "l3-private", to, "--version", "1"});
  EXPECT_EQ(ran.out, "version 1 of catalog l3-private is in " + to + "\n") << ran.err;
  EXPECT_EQ(api.requests().back().target, "/api/v1/network-catalogs/l3-private?version=1");
  std::ifstream file(to + "/server/a.j2");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "x\n");
  const Ran again = run({"catalog", "pull", "l3-private", to});
  EXPECT_EQ(again.status, 1);
  EXPECT_THAT(again.err, HasSubstr("is there already"));
}

TEST_F(CatalogCommands, PullWritesNothingOutsideTheFolder) {
  api.answer("GET /api/v1/network-catalogs/bad", {{"files", {{"../escaped", "x"}}}});
  const Ran ran = run({"catalog", "pull", "bad", folder_ + "/bad"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.err, HasSubstr("names a file that cannot be one: ../escaped"));
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/escaped"));
}

TEST_F(CatalogCommands, ShowNamesEveryVersionAndItsState) {
  const Ran ran = run({"catalog", "show", "l3-private"});
  EXPECT_THAT(ran.out, HasSubstr("1, published\n")) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("2 checked, 2026-12-01 02:00:00 by ben"));
  EXPECT_THAT(ran.out, HasSubstr("server/a.j2"));
}

TEST_F(CatalogCommands, CheckNeedsNoService) {
  const Ran good = run({"catalog", "check", kShipped + "l3-private"});
  EXPECT_EQ(good.status, 0) << good.err;
  EXPECT_THAT(good.out, HasSubstr("catalog l3-private is good: "));
  const Ran none = run({"catalog", "check", kShipped});
  EXPECT_EQ(none.status, 1);
  EXPECT_THAT(none.err, HasSubstr("has no catalog.yaml"));
  EXPECT_TRUE(api.requests().empty());
}

TEST_F(CatalogCommands, InitWritesACatalogThatIsGood) {
  const std::string folder = folder_ + "/storage";
  const Ran ran = run({"catalog", "init", folder, "--from", "l3-dual"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_THAT(run({"catalog", "check", folder}).out, HasSubstr("catalog storage is good: "));
  EXPECT_EQ(run({"catalog", "init", folder}).status, 1) << "it is there";
  const Ran unknown = run({"catalog", "init", folder_ + "/other", "--from", "l4"});
  EXPECT_THAT(unknown.err, HasSubstr("l3-private"));
  EXPECT_THAT(run({"catalog", "init", folder_ + "/No_Name"}).err, HasSubstr("no name"));
}

TEST_F(CatalogCommands, PublishAndDeprecateNameAVersion) {
  api.answer("POST /api/v1/network-catalogs/l3-private/actions",
             {{"name", "l3-private"}, {"version", 2}});
  const Ran ran = run({"catalog", "publish", "l3-private@2"});
  EXPECT_THAT(ran.out, HasSubstr("l3-private version 2 is what orders get")) << ran.err;
  EXPECT_EQ(sent(), (json{{"type", "publish"}, {"version", 2}}));
  EXPECT_EQ(run({"catalog", "deprecate", "l3-private@2"}).status, 0);
  EXPECT_EQ(sent(), (json{{"type", "deprecate"}, {"version", 2}}));
  EXPECT_THAT(run({"catalog", "deprecate", "l3-private"}).err, HasSubstr("say which version"));
  EXPECT_THAT(run({"catalog", "publish", "l3-private@x"}).err, HasSubstr("names no version"));
}

TEST_F(CatalogCommands, DiffTellsLinesOfFiles) {
  std::filesystem::create_directories(folder_ + "/l3/server");
  std::ofstream(folder_ + "/l3/catalog.yaml") << "name: l3-private\n";
  std::ofstream(folder_ + "/l3/server/a.j2") << "y\n";
  const Ran ran = run({"catalog", "diff", "l3-private@1", folder_ + "/l3"});
  EXPECT_THAT(ran.out, HasSubstr("--- l3-private@1: server/a.j2\n")) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("-x\n+y\n"));
  EXPECT_THAT(ran.out, testing::Not(HasSubstr("catalog.yaml")));
  EXPECT_EQ(run({"catalog", "diff", "l3-private@1", "l3-private@1"}).out, "they are the same\n");
}

TEST_F(CatalogCommands, PreviewShowsPortsAndCommands) {
  api.answer("POST /api/v1/catalog-previews", json::parse(R"({
    "catalog": "l3-private", "changed": 1, "unchanged": 2, "needs_install": 1,
    "servers": [{"deployment": "dep-1", "server": "srv1", "project": "demo", "from_version": 1, "needs_install": "",
                 "ports": [{"switch": "tor1", "port": "swp1", "from": "a", "to": "b"}]},
                {"deployment": "dep-2", "server": "srv2", "project": "demo", "from_version": 1,
                 "needs_install": "the MTU is 9000 instead of 1500", "ports": []}],
    "switches": [{"switch": "tor1", "nos": "linux-frr", "ports": 1, "commands": "vtysh -f\nroute-map X\n", "bytes": 21,
                  "sha256": "0123456789abcdef0123"}]})"));
  const Ran ran = run({"catalog", "preview", "l3-private@2", "--server", "srv1"});
  EXPECT_EQ(ran.out,
            "~ srv1\n    tor1 swp1\n      - a\n      + b\n"
            "! srv2: stays as it is: the MTU is 9000 instead of 1500\n"
            "switch tor1: 1 ports, 21 bytes of commands, sha256 0123456789abcdef\n"
            "vtysh -f\nroute-map X\n"
            "1 servers would change, 2 would not, 1 would have to be installed anew to get it\n")
      << ran.err;
  EXPECT_EQ(sent(), (json{{"catalog", "l3-private"}, {"version", 2}, {"server", "srv1"}}));
  EXPECT_EQ(run({"catalog", "preview", kShipped + "l3-private"}).status, 0);
  EXPECT_TRUE(sent()["files"].contains("catalog.yaml"));
}

json sample_rollout() {
  return {{"id", "op-1"},
          {"catalog", "l3-private"},
          {"version", 2},
          {"reverts", ""},
          {"status", "running"},
          {"message", "wave 2 has begun"},
          {"error", ""},
          {"author", "eva"},
          {"waves", 4},
          {"servers", {{"moved", 1}, {"waiting", 5}}},
          {"created_at", "2026-12-01T02:00:00Z"},
          {"finished_at", nullptr}};
}

TEST_F(CatalogCommands, RolloutBeginsOneAndSaysHowToWatchIt) {
  api.answer("POST /api/v1/rollouts", sample_rollout(), 202);
  const Ran ran = run({"catalog", "rollout", "l3-private@2", "--canary", "2", "--server", "srv1"});
  EXPECT_EQ(ran.out,
            "l3-private@2: 1 moved, 5 waiting, in 4 waves\n"
            "watch it: switchyard operation watch op-1\n")
      << ran.err;
  EXPECT_EQ(sent(), (json{{"catalog", "l3-private"},
                          {"version", 2},
                          {"canary", 2},
                          {"batch", 48},
                          {"pause_seconds", 30},
                          {"servers", {"srv1"}}}));
  EXPECT_THAT(run({"catalog", "rollout", "./l3-private"}).err, HasSubstr("catalog.yaml"));
}

TEST_F(CatalogCommands, RollbackAndStopActOnARollout) {
  api.answer("POST /api/v1/rollouts/op-1/actions", sample_rollout(), 202);
  EXPECT_EQ(run({"catalog", "rollback", "op-1"}).status, 0);
  EXPECT_EQ(sent(), (json{{"type", "rollback"}}));
  EXPECT_EQ(run({"rollout", "stop", "op-1"}).status, 0);
  EXPECT_EQ(sent(), (json{{"type", "stop"}}));
}

TEST_F(CatalogCommands, RolloutShowTellsWhatBecameOfEachServer) {
  api.answer("GET /api/v1/rollouts/op-1", sample_rollout());
  api.list("GET /api/v1/rollouts/op-1/servers", json::array({json::parse(R"({
    "deployment": "dep-1", "server": "srv1", "wave": 1, "state": "failed", "from_version": 1, "to_version": 2,
    "operation": "op-2", "detail": "taken back", "legs": [], "loss_ms": 40})")}));
  const Ran ran = run({"rollout", "show", "op-1"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("l3-private@2"));
  EXPECT_THAT(ran.out, testing::ContainsRegex("srv1 +1 +failed +40 ms +taken back"));
}

}  // namespace
}  // namespace switchyard::web::cli
