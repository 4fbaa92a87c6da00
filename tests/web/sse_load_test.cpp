// 400 clients follow the event log and 20 of them do not read.
#include "tests/web/raw_client.h"
#include "tests/web/test_server.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <algorithm>
#include <atomic>
#include <thread>

namespace switchyard::web::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr int kClients = 400;
constexpr int kDeaf = 20;
constexpr int kEvents = 400;

// Takes events off a stream and checks that none is missing, doubled or cut.
class Follower {
 public:
  explicit Follower(const TestServer& server) : client_(server.port(), 20s) {}

  RawClient& client() { return client_; }

  // Takes what has come; false when the stream is over or complete.
  bool take() {
    const std::string piece = client_.read_some();
    text_ += piece;
    while (next_ <= kEvents) {
      const auto at = text_.find("id: " + std::to_string(next_) + "\nevent: load\n");
      const auto end = at == std::string::npos ? at : text_.find("\n\n", at);
      if (end == std::string::npos) break;
      text_.erase(0, end + 2);
      ++next_;
    }
    return !piece.empty() && !is_complete();
  }

  [[nodiscard]] bool is_complete() const { return next_ > kEvents; }

  [[nodiscard]] int taken() const { return next_ - 1; }

 private:
  RawClient client_;
  std::string text_{};
  int next_{1};
};

// Follows all of them at once until each is complete, over, or the time is up. `slowest` is how
// many events everybody has.
int follow_all(std::vector<std::unique_ptr<Follower>>& followers, Clock::time_point until,
               std::atomic<int>& slowest) {
  std::vector<pollfd> waits;
  for (const auto& follower : followers)
    waits.push_back({follower->client().handle(), POLLIN, 0});
  std::size_t open = waits.size();
  while (open > 0 && Clock::now() < until) {
    ::poll(waits.data(), waits.size(), 1000);
    for (std::size_t i = 0; i < waits.size(); ++i) {
      if (waits[i].fd < 0 || waits[i].revents == 0 || followers[i]->take()) continue;
      waits[i].fd = -1;  // poll() leaves it out from now on
      --open;
    }
    int least = kEvents;
    for (const auto& follower : followers)
      least = std::min(least, follower->taken());
    slowest = least;
  }
  return static_cast<int>(std::ranges::count_if(
      followers, [](const auto& follower) { return follower->is_complete(); }));
}

TEST(EventStreams, TwentyWhoDoNotReadAreDroppedAndTheOthersMissNothing) {
  TestServer server(
      {.limits = {.client_connections = 1000, .write_stall = 3s, .event_heartbeat = 1s}});
  const std::string ask =
      get_text("/api/v1/events", server.token(), "Accept: text/event-stream\r\n");
  std::vector<std::unique_ptr<RawClient>> deaf;
  for (int i = 0; i < kDeaf; ++i) {
    deaf.push_back(std::make_unique<RawClient>(server.port()));
    deaf.back()->shrink_window();
    deaf.back()->send(ask);
  }
  std::vector<std::unique_ptr<Follower>> followers;
  for (int i = 0; i < kClients - kDeaf; ++i) {
    followers.push_back(std::make_unique<Follower>(server));
    followers.back()->client().send(ask);
    ASSERT_TRUE(followers.back()->client().read_until("retry: 2000\n\n"));
  }
  const auto start = Clock::now();
  // Whoever reads is never far behind, however busy the machine is; who does not is, by all of it.
  constexpr int kAhead = 25;
  std::atomic<int> slowest{0};
  std::jthread publisher([&](const std::stop_token& stop) {
    for (int i = 0; i < kEvents && !stop.stop_requested(); ++i) {
      while (i > slowest + kAhead && !stop.stop_requested())
        std::this_thread::sleep_for(1ms);
      server.events().add("load", "", "{\"filler\":\"" + std::string(4000, 'x') + "\"}");
    }
  });
  std::atomic<int> complete{-1};
  std::jthread reader([&] { complete = follow_all(followers, start + 100s, slowest); });
  // Meanwhile others are served.
  int served = 0;
  while (complete < 0) {
    RawClient other(server.port());
    other.send(get_text("/api/v1/servers/a", server.token()));
    const auto answer = other.read_answer();
    ASSERT_TRUE(answer);
    served += answer->status == 200 ? 1 : 0;
    std::this_thread::sleep_for(20ms);
  }
  reader.join();
  EXPECT_EQ(complete, static_cast<int>(followers.size()));
  EXPECT_GT(served, 3);
  // Only the deaf are gone.
  const auto dropped_by = Clock::now() + 20s;
  while (server.server().counts().event_streams > followers.size() && Clock::now() < dropped_by)
    std::this_thread::sleep_for(10ms);
  EXPECT_EQ(server.server().counts().event_streams, followers.size());
  std::printf(
      "event streams: %d of %zu followers got all %d events, %d deaf ones dropped, %d other "
      "answers, %.1f s\n",
      complete.load(), followers.size(), kEvents, kDeaf, served,
      std::chrono::duration<double>(Clock::now() - start).count());
}

}  // namespace
}  // namespace switchyard::web::test
