// Edge and API together, over real sockets.
#include "tests/web/raw_client.h"
#include "tests/web/test_server.h"
#include "web/api/api.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <atomic>
#include <thread>

namespace switchyard::web::test {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

std::string post_text(std::string_view token, std::string_view fields, std::string_view body) {
  return "POST /api/v1/deployments HTTP/1.1\r\nHost: t\r\nContent-Type: "
         "application/json\r\nAuthorization: Bearer " +
         std::string(token) + "\r\n" + std::string(fields) + "\r\n" + std::string(body);
}

TEST(WebServer, AnswersOverKeepAliveAndEchoesTheRequestId) {
  TestServer server;
  RawClient client(server.port());
  for (int i = 0; i < 3; ++i) {
    client.send(get_text("/api/v1/servers/s" + std::to_string(i), server.token(),
                         "X-Request-ID: mine-" + std::to_string(i) + "\r\n"));
    const auto answer = client.read_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->headers.at("x-request-id"), "mine-" + std::to_string(i));
    EXPECT_EQ(json::parse(answer->body)["name"], "s" + std::to_string(i));
  }
}

TEST(WebServer, AnswersPipelinedRequestsInOrder) {
  TestServer server;
  RawClient client(server.port());
  client.send(get_text("/api/v1/servers/a", server.token()) +
              post_text(server.token(), "Content-Length: 3\r\n", "abc") +
              get_text("/api/v1/servers/b", server.token()));
  EXPECT_EQ(json::parse(client.read_answer()->body)["name"], "a");
  EXPECT_EQ(json::parse(client.read_answer()->body)["length"], 3);
  EXPECT_EQ(json::parse(client.read_answer()->body)["name"], "b");
}

TEST(WebServer, ReadsChunkedBodiesHoweverTheyAreCut) {
  TestServer server;
  const std::string request = post_text(server.token(), "Transfer-Encoding: chunked\r\n",
                                        "5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\n\r\n");
  const auto body = request.find("5\r\nhello");
  for (std::size_t cut = body; cut < request.size(); ++cut) {
    RawClient client(server.port());
    client.send(request.substr(0, cut));
    std::this_thread::yield();
    client.send(request.substr(cut));
    const auto answer = client.read_answer();
    ASSERT_TRUE(answer) << cut;
    EXPECT_EQ(json::parse(answer->body)["length"], 11);
  }
}

TEST(WebServer, SaysContinueOnlyToThoseWhoWait) {
  TestServer server;
  RawClient client(server.port());
  client.send(post_text(server.token(), "Content-Length: 3\r\nExpect: 100-continue\r\n", ""));
  EXPECT_EQ(client.read_answer()->status, 100);
  client.send("abc");
  EXPECT_EQ(client.read_answer()->status, 201);
  client.send(
      post_text(server.token(), "Content-Length: 99999999\r\nExpect: 100-continue\r\n", ""));
  EXPECT_EQ(client.read_answer()->status, 413);
}

TEST(WebServer, AnswersHeadWithoutABody) {
  TestServer server;
  RawClient client(server.port());
  client.send("HEAD /api/v1/healthz HTTP/1.1\r\nHost: t\r\n\r\n" + get_text("/api/v1/healthz", ""));
  const auto head = client.read_answer(true);
  EXPECT_EQ(head->headers.at("content-length"), "15");
  EXPECT_EQ(client.read_answer()->body, R"({"status":"ok"})");
}

TEST(WebServer, ClosesWhenTheClientAsksForIt) {
  TestServer server;
  RawClient client(server.port());
  client.send(get_text("/api/v1/healthz", "", "Connection: close\r\n"));
  EXPECT_EQ(client.read_answer()->headers.at("connection"), "close");
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST(WebServer, PacksLargeAnswersForThoseWhoUnpack) {
  TestServer server;
  RawClient client(server.port());
  client.send(
      get_text("/api/v1/servers/a?size=100000", server.token(), "Accept-Encoding: gzip\r\n"));
  const auto packed = client.read_answer();
  EXPECT_EQ(packed->headers.at("content-encoding"), "gzip");
  EXPECT_LT(packed->body.size(), 2000U);
  const std::string tag = packed->headers.at("etag");
  client.send(
      get_text("/api/v1/servers/a?size=100000", server.token(), "If-None-Match: " + tag + "\r\n"));
  EXPECT_EQ(client.read_answer()->status, 304);
}

TEST(WebServer, CarriesLargeAnswersAndBodiesWhole) {
  TestServer server;
  RawClient client(server.port());
  client.send(get_text("/api/v1/servers/a?size=20000000", server.token()));
  EXPECT_GT(client.read_answer()->body.size(), 20'000'000U);
  client.send(
      post_text(server.token(), "Content-Length: 4000000\r\n", std::string(4'000'000, 'x')));
  EXPECT_EQ(json::parse(client.read_answer()->body)["length"], 4'000'000);
}

TEST(WebServer, RefusesABodyThatIsTooLargeAndIsHeard) {
  TestServer server;
  for (const auto* framing : {"Content-Length: 10485760\r\n", "Transfer-Encoding: chunked\r\n"}) {
    RawClient client(server.port());
    std::string body;
    if (std::string_view(framing).starts_with("T"))
      for (int i = 0; i < 160; ++i)
        body += "10000\r\n" + std::string(65536, 'x') + "\r\n";
    else
      body.assign(10 << 20, 'x');
    client.send(post_text(server.token(), framing, body));
    const auto answer = client.read_answer();
    ASSERT_TRUE(answer) << framing;
    EXPECT_EQ(answer->status, 413);
    EXPECT_EQ(json::parse(answer->body)["code"], "body_too_large");
  }
}

TEST(WebServer, LimitsWhatAllBodiesTogetherMayHold) {
  TestServer server({.limits = {.body_bytes_of_all = 1000}});
  const std::string half(450, 'x');
  RawClient first(server.port());
  first.send(post_text(server.token(), "Content-Length: 900\r\nExpect: 100-continue\r\n", ""));
  ASSERT_EQ(first.read_answer()->status, 100);
  for (const auto* framing : {"Content-Length: 900\r\n", "Transfer-Encoding: chunked\r\n"}) {
    RawClient second(server.port());
    second.send(post_text(server.token(), framing, "1c2\r\n" + half + "\r\n"));
    EXPECT_EQ(second.read_answer()->status, 503) << framing;
  }
  first.send(half + half);
  EXPECT_EQ(first.read_answer()->status, 201);
  RawClient third(server.port());
  third.send(post_text(server.token(), "Content-Length: 900\r\n", half + half));
  EXPECT_EQ(third.read_answer()->status, 201);
}

TEST(WebServer, LimitsTheRateOfOneClient) {
  TestServer server({.limits = {.client_requests_per_second = 1, .client_burst = 2}});
  RawClient client(server.port());
  std::vector<int> seen;
  for (int i = 0; i < 3; ++i) {
    client.send(get_text("/api/v1/healthz", ""));
    const auto answer = client.read_answer();
    seen.push_back(answer->status);
    if (answer->status == 429) {
      EXPECT_EQ(answer->headers.at("retry-after"), "1");
    }
  }
  EXPECT_EQ(seen, (std::vector<int>{200, 200, 429}));
}

TEST(WebServer, LimitsConnectionsOfOneClientAndOfAll) {
  TestServer one({.limits = {.client_connections = 1}});
  RawClient first(one.port());
  first.send(get_text("/api/v1/healthz", ""));
  EXPECT_EQ(first.read_answer()->status, 200);
  EXPECT_EQ(RawClient(one.port()).read_answer()->status, 429);

  TestServer all({.limits = {.connections = 1}});
  RawClient second(all.port());
  second.send(get_text("/api/v1/healthz", ""));
  EXPECT_EQ(second.read_answer()->status, 200);
  EXPECT_EQ(RawClient(all.port()).read_answer()->status, 503);
}

TEST(WebServer, EndsAHeaderABodyAndAnIdleConnectionThatTakeTooLong) {
  TestServer server({.limits = {.header = 100ms, .body = 100ms, .idle = 200ms, .linger = 50ms}});
  RawClient header(server.port());
  header.send("GET / HTTP/1.1\r\nHo");
  EXPECT_EQ(header.read_answer()->status, 408);
  RawClient body(server.port());
  body.send(post_text(server.token(), "Content-Length: 10\r\n", "ab"));
  EXPECT_EQ(body.read_answer()->status, 408);
  RawClient idle(server.port());
  EXPECT_TRUE(idle.is_closed_by_server());
}

TEST(WebServer, ServesThePortalBesideTheApi) {
  TestServer server({.portal_directory = "portal"});
  server.directory().write("portal/index.html", "<html>portal</html>");
  server.directory().write("portal/big.bin", std::string(3'000'000, 'b'));
  RawClient client(server.port());
  client.send(get_text("/deployments/dep-1", ""));
  const auto page = client.read_answer();
  EXPECT_EQ(page->body, "<html>portal</html>");
  EXPECT_EQ(page->headers.count("content-security-policy"), 1U);
  client.send(get_text("/big.bin", "", "Range: bytes=10-2999999\r\n"));
  EXPECT_EQ(client.read_answer()->body.size(), 2'999'990U);
  client.send(get_text("/api/v1/nothing", ""));
  EXPECT_EQ(client.read_answer()->status, 404);
}

TEST(WebServer, WaitsForSomethingWithoutHoldingAnApiThread) {
  std::atomic<bool> ready{false};
  TestServer server({.api_threads = 1}, [&](api::Api& api) {
    api.get("/api/v1/operations/:id", {"wait"}, [&](const api::Call&) -> api::Answer {
      return api::Reply{.body = {{"ready", ready.load()}}, .unfinished = !ready};
    });
  });
  RawClient waiting(server.port());
  waiting.send(get_text("/api/v1/operations/op-1?wait=20", server.token()));
  RawClient other(server.port());
  other.send(get_text("/api/v1/healthz", ""));
  EXPECT_EQ(other.read_answer()->status, 200);
  ready = true;
  server.events().add("operation.done", "", "{}");
  EXPECT_EQ(json::parse(waiting.read_answer()->body)["ready"], true);
}

TEST(WebServer, EndsAWaitWithWhatThereIs) {
  TestServer server({}, [&](api::Api& api) {
    api.get("/api/v1/operations/:id", {"wait"}, [&](const api::Call&) -> api::Answer {
      return api::Reply{.body = {{"ready", false}}, .unfinished = true};
    });
  });
  RawClient client(server.port());
  client.send(get_text("/api/v1/operations/op-1?wait=1", server.token()));
  EXPECT_EQ(json::parse(client.read_answer()->body)["ready"], false);
}

TEST(WebServer, StreamsEventsFromWhereTheClientLeftOff) {
  TestServer server;
  server.events().add("one", "demo", R"({"n":1})");
  server.events().add("two", "demo", R"({"n":2})");
  RawClient client(server.port());
  client.send(get_text("/api/v1/events", server.token(),
                       "Accept: text/event-stream\r\nLast-Event-ID: 1\r\n"));
  ASSERT_TRUE(client.read_until("id: 2\nevent: two\ndata: {\"n\":2}\n\n"));
  EXPECT_NE(client.received().find("Content-Type: text/event-stream"), std::string::npos);
  EXPECT_EQ(client.received().find("event: one"), std::string::npos);
  server.events().add("three", "demo", "{}");
  EXPECT_TRUE(client.read_until("id: 3\nevent: three"));
}

TEST(WebServer, BeatsTheHeartOfAQuietStreamAndEndsAnOldOne) {
  TestServer server({.limits = {.event_heartbeat = 50ms, .event_life = 300ms}});
  RawClient client(server.port());
  client.send(get_text("/api/v1/events", server.token(), "Accept: text/event-stream\r\n"));
  EXPECT_TRUE(client.read_until(": still here"));
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST(WebServer, EndsTheStreamOfATokenThatWasRevoked) {
  api::Api* api = nullptr;
  TestServer server({.limits = {.event_heartbeat = 1s, .event_recheck = 50ms}},
                    [&](api::Api& made) { api = &made; });
  const auto made = api->tokens().create({.name = "brief", .role = api::Role::Viewer});
  RawClient client(server.port());
  client.send(get_text("/api/v1/events", made->text.reveal(), "Accept: text/event-stream\r\n"));
  ASSERT_TRUE(client.read_until("retry:"));
  ASSERT_TRUE(api->tokens().revoke(made->token.id));
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST(WebServer, LetsAnAnswerUnderWayFinishWhenItStops) {
  std::atomic<bool> entered{false};
  TestServer server({}, [&](api::Api& api) {
    api.get("/api/v1/operations", {}, [&](const api::Call&) -> api::Answer {
      entered = true;
      std::this_thread::sleep_for(200ms);  // stands for a slow database
      return api::Reply{.body = "done"};
    });
  });
  RawClient client(server.port());
  client.send(get_text("/api/v1/operations", server.token()));
  while (!entered)
    std::this_thread::yield();
  server.server().stop();
  const auto answer = client.read_answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "\"done\"");
}

TEST(WebServer, KeepsOthersOnThisHostAwayFromTheApi) {
  TestServer server({.api_threads = 1});
  const auto port = server.server().api_ports().at(0);
  RawClient visitor(port);
  visitor.send(get_text("/api/v1/healthz", server.token()));
  EXPECT_EQ(visitor.read_answer()->status, 413);
  // What ties up a thread of Pistache for ever when it is parsed (facts/ecosystem.md 7.3).
  RawClient attacker(port);
  attacker.send(
      "POST /api/v1/deployments HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: "
      "chunked\r\n\r\n5\r\nhello\r");
  attacker.send("\n0\r\n\r\n");
  RawClient client(server.port());
  client.send(get_text("/api/v1/healthz", ""));
  EXPECT_EQ(client.read_answer()->status, 200);
}

}  // namespace
}  // namespace switchyard::web::test
