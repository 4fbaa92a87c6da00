// Every row of facts/ecosystem.md 7.3 against the real pair of edge and Pistache. After each attack
// somebody else must be answered: that is what finds a hang.
#include "tests/web/raw_client.h"
#include "tests/web/test_server.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <random>
#include <thread>

namespace switchyard::web::test {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// How often, from the environment, so that the nightly run can do more.
int times(const char* variable, int fallback) {
  const char* text = std::getenv(variable);
  return text == nullptr ? fallback : std::atoi(text);
}

::testing::AssertionResult is_served(TestServer& server) {
  const auto start = Clock::now();
  RawClient client(server.port(), 10s);
  client.send(get_text("/api/v1/servers/ping", server.token()));
  const auto answer = client.read_answer();
  if (!answer || answer->status != 200) return ::testing::AssertionFailure() << "nobody answers";
  if (Clock::now() - start > 5s) return ::testing::AssertionFailure() << "the answer took too long";
  return ::testing::AssertionSuccess();
}

struct Attack {
  std::string name{};
  std::string bytes{};
  int status{};  // 0: the connection is only closed
};

std::string with(const std::string& fields, const std::string& body = "") {
  return "POST /api/v1/deployments HTTP/1.1\r\nHost: t\r\n" + fields + "\r\n" + body;
}

std::vector<Attack> attacks() {
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  return {
      {"stray byte after chunk data", with(chunked, "3\r\nabcX\r\n0\r\n\r\n"), 400},
      {"negative chunk size", with(chunked, "-1\r\nabc\r\n0\r\n\r\n"), 400},
      {"huge chunk size", with(chunked, "ffffffffffffffffff\r\nabc\r\n0\r\n\r\n"), 400},
      {"chunk size with 0x", with(chunked, "0x3\r\nabc\r\n0\r\n\r\n"), 400},
      {"chunk ends in bare line feed", with(chunked, "3\nabc\n0\n\n"), 400},
      {"endless chunk extension", with(chunked, "3;" + std::string(4000, 'a')), 400},
      {"chunk larger than allowed", with(chunked, "7fffffff\r\n"), 413},
      {"Content-Length -1", with("Content-Length: -1\r\n"), 400},
      {"Content-Length 2^64-1", with("Content-Length: 18446744073709551615\r\n"), 400},
      {"Content-Length +3", with("Content-Length: +3\r\n", "abc"), 400},
      {"Content-Length 3abc", with("Content-Length: 3abc\r\n", "abc"), 400},
      {"two Content-Lengths", with("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"), 400},
      {"both framings", with("Content-Length: 3\r\n" + chunked, "0\r\n\r\n"), 400},
      {"unknown coding", with("Transfer-Encoding: gzip\r\n"), 501},
      {"line without colon", with("Broken\r\nX: y\r\n"), 400},
      {"space before colon", with("X : y\r\n"), 400},
      {"bare line feed in value", with("X: a\nY: b\r\n"), 400},
      {"folded header", with("X: a\r\n b\r\n"), 400},
      {"NUL in header", with(std::string("X: a\0b\r\n", 8)), 400},
      {"empty version", "GET / \r\n\r\n", 400},
      {"version H", "GET / H\r\n\r\n", 400},
      {"HTTP/0.9", "GET /\r\n\r\n", 400},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"TLS hello", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), 400},
      {"header of 2 MB", "GET / HTTP/1.1\r\nHost: t\r\nX: " + std::string(2 << 20, 'a'), 431},
      {"target of 64 KB", "GET /" + std::string(65536, 'a') + " HTTP/1.1\r\nHost: t\r\n\r\n", 431},
      {"thousand headers",
       "GET / HTTP/1.1\r\nHost: t\r\n" +
           [] {
             std::string many;
             for (int i = 0; i < 1000; ++i)
               many += "X" + std::to_string(i) + ": y\r\n";
             return many;
           }() +
           "\r\n",
       431},
      {"dot segments", "GET /api/../../etc/passwd HTTP/1.1\r\nHost: t\r\n\r\n", 400},
      {"coded dot segments", "GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: t\r\n\r\n", 400},
      {"CONNECT", "CONNECT t:22 HTTP/1.1\r\nHost: t\r\n\r\n", 501},
      {"TRACE", "TRACE / HTTP/1.1\r\nHost: t\r\n\r\n", 501},
      {"unknown expectation", with("Expect: x\r\n"), 417},
  };
}

TEST(HostileClient, IsRefusedOnceAndWhateverFollowsIsNotARequest) {
  TestServer server;
  for (const Attack& attack : attacks()) {
    RawClient client(server.port());
    // If what follows were read, it would be answered too.
    client.send(attack.bytes);
    client.send(get_text("/api/v1/servers/smuggled", server.token()));
    const auto answer = client.read_answer();
    ASSERT_TRUE(answer) << attack.name;
    EXPECT_EQ(answer->status, attack.status) << attack.name << ": " << answer->body;
    EXPECT_EQ(answer->headers.at("connection"), "close") << attack.name;
    EXPECT_FALSE(client.read_answer()) << attack.name << " was followed by a second answer";
    ASSERT_TRUE(is_served(server)) << attack.name;
  }
  EXPECT_EQ(server.server().counts().mismatched, 0U);
}

TEST(HostileClient, IsRefusedSoonHoweverLongItsHeader) {
  TestServer server;
  const auto start = Clock::now();
  RawClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: t\r\nX: " + std::string(2 << 20, 'a'));
  EXPECT_EQ(client.read_answer()->status, 431);
  EXPECT_LT(Clock::now() - start, 2s);
}

TEST(HostileClient, CannotUpsetPistacheWithAnOddHeader) {
  TestServer server;
  for (const auto* odd :
       {"Cookie: ;;==;Max-Age=99999999999999999999\r\n", "Date: tomorrow\r\n", "Accept: /;q=x\r\n",
        "Content-Type: //\r\n", "Cache-Control: max-age=x\r\n", "Accept-Encoding: ???\r\n",
        "User-Agent: \xff\xfe\r\n", "Connection: , ,\r\n", "Expect: 100-continue\r\n"}) {
    RawClient client(server.port());
    client.send(get_text("/api/v1/servers/a", server.token(), odd));
    const auto answer = client.read_answer();
    ASSERT_TRUE(answer) << odd;
    EXPECT_EQ(answer->status, 200) << odd;
  }
}

// Mutations of good requests, cut at random places.
TEST(HostileClient, FuzzedRequestsHangNobody) {
  TestServer server({.limits = {.header = 50ms, .body = 50ms, .linger = 20ms}});
  const int rounds = times("SWITCHYARD_HTTP_FUZZ", 1500);
  std::mt19937 random(20261121);
  const std::vector<std::string> seeds{
      get_text("/api/v1/servers/a?size=10", server.token(), "X-A: b\r\nCookie: a=b\r\n"),
      with("Authorization: Bearer " + server.token() + "\r\nContent-Length: 5\r\n", "hello"),
      with("Authorization: Bearer " + server.token() + "\r\nTransfer-Encoding: chunked\r\n",
           "5\r\nhello\r\n0\r\n\r\n")};
  const std::string spice = std::string("\r\n\0 :;,%/?&=+-0123456789abcfx\t\xff", 31);
  const auto pick = [&](std::size_t below) { return random() % below; };
  for (int i = 0; i < rounds; ++i) {
    std::string bytes = seeds[pick(seeds.size())];
    for (std::size_t edits = 1 + pick(4); edits > 0; --edits) {
      const auto at = pick(bytes.size());
      const auto kind = pick(4);
      if (kind == 0) bytes[at] = spice[pick(spice.size())];
      if (kind == 1) bytes.insert(at, 1, spice[pick(spice.size())]);
      if (kind == 2) bytes.erase(at, 1 + pick(3));
      if (kind == 3) bytes.insert(at, bytes.substr(pick(bytes.size()), pick(40)));
    }
    RawClient client(server.port());
    const auto cut = pick(bytes.size());
    client.send(std::string_view(bytes).substr(0, cut));
    client.send(std::string_view(bytes).substr(cut));
    if (pick(3) == 0) client.reset();
    if (i % 40 == 39) {
      ASSERT_TRUE(is_served(server)) << "after round " << i;
    }
  }
  EXPECT_TRUE(is_served(server));
  EXPECT_EQ(server.server().counts().mismatched, 0U);
}

TEST(HostileClient, ThatDoesNotReadHoldsUpNobody) {
  TestServer server({.limits = {.client_requests_per_second = 0, .write_stall = 1s},
                     .edge_threads = 1,
                     .api_threads = 1});
  std::vector<std::unique_ptr<RawClient>> stalled;
  for (int i = 0; i < 3; ++i) {
    stalled.push_back(std::make_unique<RawClient>(server.port()));
    stalled.back()->shrink_window();
    stalled.back()->send(get_text("/api/v1/servers/big?size=10000000", server.token()));
  }
  const auto until = Clock::now() + 2s;
  while (Clock::now() < until)
    ASSERT_TRUE(is_served(server));
  // Their connections are cut when they take nothing for a second.
  while (server.server().counts().connections > 0 && Clock::now() < until + 20s)
    std::this_thread::yield();
  EXPECT_EQ(server.server().counts().connections, 0U);
}

TEST(HostileClient, ThatReadsSlowlyGetsItAllAndHoldsUpNobody) {
  TestServer server({.edge_threads = 1, .api_threads = 1});
  RawClient slow(server.port());
  slow.shrink_window(32 * 1024);
  slow.send(get_text("/api/v1/servers/big?size=3000000", server.token()));
  std::size_t got = 0;
  for (int i = 0; i < 20; ++i) {
    got += slow.read_some().size();
    ASSERT_TRUE(is_served(server));
  }
  std::size_t more = 1;
  while (got <= 3'000'000 && more > 0) {
    more = slow.read_some().size();
    got += more;
  }
  EXPECT_GT(got, 3'000'000U);
}

TEST(HostileClient, TwoThousandHalfHeadersKeepNobodyWaiting) {
  const int count = times("SWITCHYARD_SLOWLORIS", 2000);
  TestServer server({.limits = {.client_connections = 4000, .header = 3s, .linger = 100ms}});
  std::vector<std::unique_ptr<RawClient>> slow;
  for (int i = 0; i < count; ++i) {
    slow.push_back(std::make_unique<RawClient>(server.port()));
    ASSERT_TRUE(slow.back()->connected()) << i << " (is the limit of open files too low?)";
    slow.back()->send("GET / HTTP/1.1\r\nHost: t\r\nX-" + std::to_string(i));
  }
  auto worst = Clock::duration::zero();
  for (int i = 0; i < 200; ++i) {
    const auto start = Clock::now();
    ASSERT_TRUE(is_served(server));
    worst = std::max(worst, Clock::now() - start);
  }
  int told = 0;
  for (const auto& client : slow) {
    const auto answer = client->read_answer();
    if (answer && answer->status == 408) ++told;
  }
  EXPECT_EQ(told, count);
  std::printf("slowloris: %d connections, worst answer to others %.1f ms, %d told 408\n", count,
              std::chrono::duration<double, std::milli>(worst).count(), told);
}

}  // namespace
}  // namespace switchyard::web::test
