// The API without a socket: tokens, permissions, Idempotency-Key, pages, problems.
#include "web/api/api.h"

#include "core/log.h"
#include "tests/fakes/fake_clock.h"
#include "tests/web/test_server.h"
#include "web/api/authorise.h"
#include "web/api/events.h"
#include "web/api/openapi.h"
#include "web/api/page.h"
#include "web/api/system.h"
#include "web/api/token_routes.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <stdexcept>
#include <thread>

namespace switchyard::web::api {
namespace {

class ApiTest : public testing::Test {
 protected:
  ApiTest() {
    log::set_level(log::Level::Error);
    add_system(api, "1.2.3");
    add_tokens(api);
    add_events(api, events);
    test::add_echo(api);
    admin = token({.name = "root", .role = Role::Admin});
  }

  std::string token(Token wanted) {
    wanted.created_by = "test";
    return api.tokens().create(std::move(wanted))->text.reveal();
  }

  Outgoing ask(std::string method, std::string path, const std::string& bearer,
               std::string body = "", edge::Headers more = {}) {
    Incoming incoming{.method = std::move(method),
                      .headers = std::move(more),
                      .body = std::move(body),
                      .request_id = "r1"};
    const auto mark = path.find('?');
    incoming.path = path.substr(0, mark);
    if (mark != std::string::npos) incoming.query = path.substr(mark + 1);
    if (!bearer.empty()) incoming.headers.push_back({"authorization", "Bearer " + bearer});
    incoming.headers.push_back({"content-type", "application/json"});
    return api.handle(incoming);
  }

  static std::string header(const Outgoing& outgoing, std::string_view name) {
    const std::string* found = edge::find_header(outgoing.headers, name);
    return found == nullptr ? "" : *found;
  }

  test::Directory directory{};
  std::unique_ptr<db::Pool> pool{test::open_database(directory)};
  fakes::FakeClock clock{};
  Keyring keys{Secret(std::string(32, 'k'))};
  test::MemoryEvents events{};
  Api api{ApiParts{*pool, clock, keys}};
  std::string admin{};
};

TEST_F(ApiTest, AnswersPublicRoutesToAnybody) {
  EXPECT_EQ(ask("GET", "/api/v1/healthz", "").status, 200);
  EXPECT_EQ(json::parse(ask("GET", "/api/v1/version", "").body)["version"], "1.2.3");
}

TEST_F(ApiTest, WantsATokenForTheRest) {
  const auto refused = ask("GET", "/api/v1/whoami", "");
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(header(refused, "www-authenticate"), "Bearer realm=\"switchyard\"");
  EXPECT_EQ(json::parse(refused.body)["code"], "not_authenticated");
  EXPECT_EQ(json::parse(refused.body)["request_id"], "r1");
  for (const auto& bad :
       {std::string("x"), admin + "0", "swy_" + std::string(16, '0') + "_" + std::string(64, 'a')})
    EXPECT_EQ(json::parse(ask("GET", "/api/v1/whoami", bad).body)["code"], "invalid_token") << bad;
  EXPECT_EQ(ask("GET", "/api/v1/whoami", admin).status, 200);
}

TEST_F(ApiTest, EveryRouteHasAPermissionRow) {
  for (const Route& route : api.routes())
    EXPECT_TRUE(needed_permission(route.method, route.pattern))
        << route.method << " " << route.pattern;
}

TEST_F(ApiTest, RefusesARouteWithoutAPermissionRow) {
  api.get("/api/v1/forgotten", {}, [](const Call&) -> Answer { return Reply{.body = "leaked"}; });
  EXPECT_EQ(ask("GET", "/api/v1/forgotten", admin).status, 403);
}

TEST_F(ApiTest, RolesScopesAndProjectsLimitAToken) {
  const auto viewer = token({.name = "v", .role = Role::Viewer});
  const auto reader = token({.name = "r", .role = Role::Admin, .scopes = {"read"}});
  const auto confined = token({.name = "c", .role = Role::Admin, .project = "demo"});
  EXPECT_EQ(ask("GET", "/api/v1/servers/a", viewer).status, 200);
  EXPECT_EQ(json::parse(ask("GET", "/api/v1/tokens", viewer).body)["code"], "not_permitted");
  EXPECT_EQ(json::parse(ask("GET", "/api/v1/tokens", reader).body)["code"], "scope_missing");
  EXPECT_EQ(json::parse(ask("POST", "/api/v1/deployments", reader, "{}").body)["code"],
            "scope_missing");
  EXPECT_EQ(json::parse(ask("GET", "/api/v1/tokens", confined).body)["code"], "not_permitted");
  EXPECT_EQ(ask("POST", "/api/v1/deployments", confined, "{}").status, 201);
}

TEST_F(ApiTest, TheRoleTableIsWhatTheManualSays) {
  using P = Permission;
  const std::set<std::pair<Role, P>> allowed{{Role::Viewer, P::Read},
                                             {Role::Developer, P::Read},
                                             {Role::Developer, P::Deploy},
                                             {Role::Developer, P::Operate},
                                             {Role::NetworkEngineer, P::Read},
                                             {Role::NetworkEngineer, P::Network},
                                             {Role::NetworkEngineer, P::Operate},
                                             {Role::Admin, P::Read},
                                             {Role::Admin, P::Deploy},
                                             {Role::Admin, P::Network},
                                             {Role::Admin, P::Operate},
                                             {Role::Admin, P::Administer}};
  for (const Role role : {Role::Viewer, Role::Developer, Role::NetworkEngineer, Role::Admin})
    for (const P permission : {P::Read, P::Deploy, P::Network, P::Operate, P::Administer})
      EXPECT_EQ(role_has(role, permission), allowed.contains({role, permission}));
}

TEST_F(ApiTest, ATokenEndsWithItsExpiryOrRevocation) {
  const auto brief =
      token({.name = "b", .role = Role::Viewer, .expires = clock.now() + std::chrono::minutes(5)});
  EXPECT_EQ(ask("GET", "/api/v1/whoami", brief).status, 200);
  clock.advance(std::chrono::minutes(5));
  EXPECT_EQ(ask("GET", "/api/v1/whoami", brief).status, 401);

  const auto other = token({.name = "o", .role = Role::Viewer});
  const std::string path =
      "/api/v1/tokens/" +
      json::parse(ask("GET", "/api/v1/whoami", other).body)["token_id"].get<std::string>();
  EXPECT_EQ(ask("DELETE", path, admin).status, 428);
  EXPECT_EQ(ask("DELETE", path, admin, "", {{"if-match", "\"v9\""}}).status, 412);
  EXPECT_EQ(ask("DELETE", path + "?dry_run=true", admin, "", {{"if-match", "\"v1\""}}).status, 204);
  EXPECT_EQ(ask("GET", "/api/v1/whoami", other).status, 200);
  EXPECT_EQ(ask("DELETE", path, admin, "", {{"if-match", "\"v1\""}}).status, 204);
  EXPECT_EQ(ask("GET", "/api/v1/whoami", other).status, 401);
}

TEST_F(ApiTest, NotesTheUseOfATokenAtMostOnceAMinute) {
  const auto id =
      json::parse(ask("GET", "/api/v1/whoami", admin).body)["token_id"].get<std::string>();
  const auto first = api.tokens().find(id)->last_used;
  EXPECT_EQ(first, clock.now());
  clock.advance(std::chrono::seconds(59));
  (void)ask("GET", "/api/v1/whoami", admin);
  EXPECT_EQ(api.tokens().find(id)->last_used, first);
  clock.advance(std::chrono::seconds(1));
  (void)ask("GET", "/api/v1/whoami", admin);
  EXPECT_EQ(api.tokens().find(id)->last_used, clock.now());
}

TEST_F(ApiTest, MakesATokenWhoseSecretIsShownOnce) {
  const std::string body =
      R"({"name":"ci","role":"developer","scopes":["deploy","read"],"project":"demo"})";
  const auto made = ask("POST", "/api/v1/tokens", admin, body, {{"idempotency-key", "k1"}});
  ASSERT_EQ(made.status, 201) << made.body;
  const auto shown = json::parse(made.body);
  EXPECT_EQ(ask("GET", "/api/v1/whoami", shown["secret"].get<std::string>()).status, 200);
  EXPECT_EQ(header(made, "location"), "/api/v1/tokens/" + shown["id"].get<std::string>());
  const auto again = ask("POST", "/api/v1/tokens", admin, body, {{"idempotency-key", "k1"}});
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(header(again, "idempotency-replayed"), "true");
  EXPECT_EQ(json::parse(again.body)["id"], shown["id"]);
  EXPECT_FALSE(json::parse(again.body).contains("secret"));
  EXPECT_FALSE(json::parse(ask("GET", header(made, "location"), admin).body).contains("secret"));
}

TEST_F(ApiTest, ChangesATokenByMergePatch) {
  const auto made =
      json::parse(ask("POST", "/api/v1/tokens", admin, R"({"name":"a","role":"viewer"})").body);
  const std::string path = "/api/v1/tokens/" + made["id"].get<std::string>();
  const auto changed =
      ask("PATCH", path, admin, R"({"name":"b","expires_at":"2030-01-01T00:00:00Z"})",
          {{"if-match", "\"v1\""}});
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(header(changed, "etag"), "\"v2\"");
  EXPECT_EQ(json::parse(changed.body)["expires_at"], "2030-01-01T00:00:00.000000Z");
  const auto stale = ask("PATCH", path, admin, R"({"name":"c"})", {{"if-match", "\"v1\""}});
  EXPECT_EQ(stale.status, 412);
  EXPECT_EQ(header(stale, "etag"), "\"v2\"");
}

TEST_F(ApiTest, NamesEveryMistakeInABody) {
  const auto refused =
      ask("POST", "/api/v1/tokens", admin, R"({"role":"king","scopes":["fly"],"colour":"red"})");
  ASSERT_EQ(refused.status, 400);
  std::set<std::string> pointers;
  const auto problem = json::parse(refused.body);
  for (const auto& error : problem["errors"])
    pointers.insert(error["pointer"]);
  EXPECT_EQ(pointers, (std::set<std::string>{"/name", "/role", "/scopes", "/colour"}));
}

TEST_F(ApiTest, ReplaysOnlyTheSameRequestOfTheSamePrincipal) {
  const edge::Headers key{{"idempotency-key", "k"}};
  EXPECT_EQ(ask("POST", "/api/v1/deployments", admin, "{}", key).status, 201);
  EXPECT_EQ(header(ask("POST", "/api/v1/deployments", admin, "{}", key), "idempotency-replayed"),
            "true");
  EXPECT_EQ(ask("POST", "/api/v1/deployments", admin, "{ }", key).status, 422);
  const auto other = token({.name = "d", .role = Role::Developer});
  EXPECT_EQ(header(ask("POST", "/api/v1/deployments", other, "{ }", key), "idempotency-replayed"),
            "");
  clock.advance(std::chrono::hours(25));
  EXPECT_EQ(header(ask("POST", "/api/v1/deployments", admin, "{}", key), "idempotency-replayed"),
            "");
  EXPECT_EQ(ask("POST", "/api/v1/deployments", admin, "{}", {{"idempotency-key", "a b"}}).status,
            400);
}

TEST_F(ApiTest, AKeyedRequestThatIsRefusedHalfwayHasChangedNothing) {
  api.post("/api/v1/subnets", [this](const Call& call) -> Answer {
    EXPECT_FALSE(token({.name = "half"}).empty());
    if (call.body == "throw") throw std::runtime_error("broken");
    return refuse(409, "conflict", "no after all");
  });
  const edge::Headers key{{"idempotency-key", "k"}};
  EXPECT_EQ(ask("POST", "/api/v1/subnets", admin, "{}", key).status, 409);
  EXPECT_EQ(ask("POST", "/api/v1/subnets", admin, "throw", key).status, 500);
  EXPECT_EQ(api.tokens().list("", 10)->items.size(), 1U);
}

TEST_F(ApiTest, ManyAtOnceWithOneKeyAreOneRequest) {
  std::atomic<int> runs{0};
  api.post("/api/v1/subnets", [&](const Call&) -> Answer {
    return Reply{.status = 201, .body = {{"run", ++runs}}};
  });
  std::atomic<int> same{0};
  std::vector<std::jthread> clients;
  for (int i = 0; i < 8; ++i)
    clients.emplace_back([&] {
      const auto made = ask("POST", "/api/v1/subnets", admin, "{}", {{"idempotency-key", "k"}});
      if (made.status == 201 && json::parse(made.body)["run"] == 1) ++same;
    });
  clients.clear();
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(same, 8);
}

TEST_F(ApiTest, ARefusalIsNotKeptForReplay) {
  const edge::Headers key{{"idempotency-key", "k"}};
  EXPECT_EQ(ask("POST", "/api/v1/tokens", admin, R"({"name":"x"})", key).status, 400);
  EXPECT_EQ(ask("POST", "/api/v1/tokens", admin, R"({"name":"x","role":"viewer"})", key).status,
            201);
}

TEST_F(ApiTest, RefusesUnknownAndRepeatedParameters) {
  const auto unknown = ask("GET", "/api/v1/tokens?pagesize=3", admin);
  EXPECT_EQ(unknown.status, 400);
  EXPECT_EQ(json::parse(unknown.body)["errors"][0]["pointer"], "?pagesize");
  EXPECT_EQ(ask("GET", "/api/v1/tokens?page_size=3&page_size=4", admin).status, 400);
  EXPECT_EQ(ask("GET", "/api/v1/tokens?page_size=0", admin).status, 400);
  EXPECT_EQ(ask("POST", "/api/v1/tokens?dry_run=perhaps", admin, "{}").status, 400);
  EXPECT_EQ(ask("GET", "/api/v1/tokens?page_size=100000", admin).status, 200);
}

TEST_F(ApiTest, PagesAListToItsEndWithoutGapsOrRepeats) {
  for (int i = 0; i < 7; ++i)
    (void)token({.name = "t" + std::to_string(i), .role = Role::Viewer});
  std::set<std::string> seen;
  std::string path = "/api/v1/tokens?page_size=3";
  int pages = 0;
  while (!path.empty() && pages < 10) {
    const auto page = json::parse(ask("GET", path, admin).body);
    for (const auto& item : page["items"])
      EXPECT_TRUE(seen.insert(item["id"]).second);
    const std::string next = page["next_page_token"];
    path = next.empty() ? "" : "/api/v1/tokens?page_size=3&page_token=" + next;
    ++pages;
  }
  EXPECT_EQ(seen.size(), 8U);
  EXPECT_EQ(pages, 3);
}

TEST_F(ApiTest, APageTokenIsOnlyGoodForItsOwnList) {
  for (int i = 0; i < 3; ++i)
    (void)token({.name = "t", .role = Role::Viewer});
  const auto first = ask("GET", "/api/v1/tokens?page_size=1", admin);
  const std::string next = json::parse(first.body)["next_page_token"];
  EXPECT_EQ(header(first, "link"),
            "</api/v1/tokens?page_size=1&page_token=" + next + ">; rel=\"next\"");
  EXPECT_EQ(ask("GET", "/api/v1/tokens?page_token=" + next + "A", admin).status, 400);
  EXPECT_EQ(ask("GET", "/api/v1/tokens?page_token=e30", admin).status, 400);
  const Call other{.path = "/api/v1/servers", .query = {{"page_token", next}}};
  EXPECT_EQ(page_of(other, keys).error().code, "invalid_page_token");
}

TEST_F(ApiTest, SaysWhichMethodsAPathKnows) {
  EXPECT_EQ(ask("GET", "/api/v1/nothing", admin).status, 404);
  const auto wrong = ask("DELETE", "/api/v1/tokens", admin);
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(header(wrong, "allow"), "GET, HEAD, POST");
}

TEST_F(ApiTest, NeverShowsTheTextOfAnException) {
  api.get("/api/v1/servers", {},
          [](const Call&) -> Answer { throw std::runtime_error("password 1234"); });
  const auto failed = ask("GET", "/api/v1/servers", admin);
  EXPECT_EQ(failed.status, 500);
  EXPECT_EQ(failed.body.find("1234"), std::string::npos);
}

TEST_F(ApiTest, KnowsWhatTheClientHasAlready) {
  EXPECT_EQ(ask("GET", "/api/v1/servers/a", admin, "", {{"if-none-match", "\"v1\""}}).status, 304);
}

TEST_F(ApiTest, PagesTheEventLogByIdAndProject) {
  events.add("a", "demo", R"({"data":{"n":1}})");
  events.add("b", "other", R"({"data":{"n":2}})");
  events.add("c", "demo", R"({"data":{"n":3}})");
  const auto all = json::parse(ask("GET", "/api/v1/events?after=1", admin).body);
  EXPECT_EQ(all["items"].size(), 2U);
  EXPECT_EQ(all["next_after"], 3);
  const auto confined = token({.name = "c", .role = Role::Viewer, .project = "demo"});
  const auto own = json::parse(ask("GET", "/api/v1/events", confined).body);
  ASSERT_EQ(own["items"].size(), 2U);
  EXPECT_EQ(own["items"][1]["data"]["n"], 3);
}

TEST_F(ApiTest, TheLocalAdminFileIsMadeOnceAndMendedWhenLost) {
  const std::string path = directory.path("admin");
  ASSERT_TRUE(api.tokens().ensure_local_admin(path));
  const auto first = read_private_file(path).value();
  ASSERT_TRUE(api.tokens().ensure_local_admin(path));
  EXPECT_EQ(read_private_file(path).value(), first);
  std::filesystem::remove(path);
  ASSERT_TRUE(api.tokens().ensure_local_admin(path));
  EXPECT_EQ(ask("GET", "/api/v1/whoami", first).status, 401);
  EXPECT_EQ(ask("GET", "/api/v1/tokens", read_private_file(path).value()).status, 200);
}

TEST_F(ApiTest, TheOpenApiDocumentAndThePermissionTableNameTheSameRoutes) {
  std::set<std::string> documented;
  const json document = openapi_document();
  for (const auto& [path, item] : document["paths"].items()) {
    std::string pattern;
    for (const char c : path)
      pattern += c == '{' ? ":" : c == '}' ? "" : std::string(1, c);
    for (const auto& [method, operation] : item.items()) {
      std::string upper = method;
      for (char& c : upper)
        c = static_cast<char>(std::toupper(c));
      if (method != "parameters") documented.insert(upper + " " + pattern);
    }
  }
  std::set<std::string> permitted;
  for (const PermissionRow& row : permission_table())
    permitted.insert(std::string(row.method) + " " + std::string(row.pattern));
  EXPECT_EQ(documented, permitted);
}

TEST(KeyringTest, MakesItsFileAndRefusesOneOthersMayRead) {
  const test::Directory directory;
  const auto path = directory.path("pepper");
  const auto first = Keyring::open(path);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->mac("a", "b"), Keyring::open(path)->mac("a", "b"));
  EXPECT_NE(first->mac("a", "b"), first->mac("b", "b"));
  std::filesystem::permissions(path, std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  EXPECT_FALSE(Keyring::open(path));
}

}  // namespace
}  // namespace switchyard::web::api
