// Aborting clients must never make another client get an answer that is not its own. Pistache alone
// misdelivers up to 5 % of the answers in this test (facts/ecosystem.md 7.3).
#include "tests/web/raw_client.h"
#include "tests/web/test_server.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <atomic>
#include <cstdlib>
#include <random>
#include <thread>

namespace switchyard::web::test {
namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

struct Tally {
  std::atomic<long> asked{0};
  std::atomic<long> right{0};
  std::atomic<long> wrong{0};
  std::atomic<long> lost{0};  // no answer though the client waited
  std::atomic<long> aborted{0};
};

// One client thread: 60 % of its requests are aborted, half of them by RST, half by FIN, at once or
// after a moment; every other answer must carry the name and the request id of its question.
class Crowd {
 public:
  Crowd(TestServer& server, Tally& tally, int number)
      : server_(server), tally_(tally), random_(static_cast<unsigned>(number)), number_(number) {}

  void run(long requests) {
    while (tally_.asked++ < requests)
      one(std::to_string(number_) + "-" + std::to_string(++count_));
  }

 private:
  void one(const std::string& name) {
    if (!client_ || !client_->connected()) client_.emplace(server_.port());
    client_->send(
        get_text("/api/v1/servers/" + name, server_.token(), "X-Request-ID: r" + name + "\r\n"));
    const auto dice = random_() % 100;
    if (dice < 60) {
      if (dice < 20) std::this_thread::sleep_for(std::chrono::microseconds(random_() % 1000));
      if (dice % 2 == 0)
        client_->reset();
      else
        client_->close();
      ++tally_.aborted;
      client_.reset();
      return;
    }
    const auto answer = client_->read_answer();
    if (!answer || answer->status != 200) {
      ++tally_.lost;
      client_.reset();
      return;
    }
    const auto body = json::parse(answer->body, nullptr, false);
    const bool own = !body.is_discarded() && body["name"] == name &&
                     body["request_id"] == "r" + name &&
                     answer->headers.at("x-request-id") == "r" + name;
    ++(own ? tally_.right : tally_.wrong);
  }

  TestServer& server_;
  Tally& tally_;
  std::mt19937 random_;
  int number_;
  long count_{0};
  std::optional<RawClient> client_{};
};

TEST(Misdelivery, NobodyGetsTheAnswerOfSomebodyElse) {
  const char* wanted = std::getenv("SWITCHYARD_MISDELIVERY");
  const long requests = wanted == nullptr ? 20'000 : std::atol(wanted);
  TestServer server({.limits = {.client_connections = 4000, .client_requests_per_second = 0}});
  Tally tally;
  const auto start = Clock::now();
  {
    std::vector<std::jthread> crowd;
    for (int i = 0; i < 8; ++i)
      crowd.emplace_back([&, i] { Crowd(server, tally, i).run(requests); });
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  const auto counts = server.server().counts();
  std::printf(
      "misdelivery: %ld requests in %.1f s (%.0f/s): %ld own, %ld wrong, %ld lost, %ld aborted, "
      "%llu mismatched inside\n",
      requests, seconds, static_cast<double>(requests) / seconds, tally.right.load(),
      tally.wrong.load(), tally.lost.load(), tally.aborted.load(),
      static_cast<unsigned long long>(counts.mismatched));
  EXPECT_EQ(tally.wrong, 0);
  EXPECT_EQ(tally.lost, 0);
  EXPECT_EQ(counts.mismatched, 0U);
  EXPECT_GT(tally.right, requests / 4);
}

}  // namespace
}  // namespace switchyard::web::test
