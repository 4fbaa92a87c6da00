#include "provisioner/bmc/gate.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

namespace switchyard::provisioner {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

TEST(BmcGate, LetsOneThroughAtATime) {
  BmcGate gate(0ms);
  std::atomic<int> inside = 0, most = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 8; ++i)
    callers.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        const auto turn = gate.enter(steady_clock::now() + 60s, {});
        ASSERT_TRUE(turn);
        const int now = ++inside;
        if (now > most) most = now;
        --inside;
      }
    });
  for (std::thread& caller : callers)
    caller.join();
  EXPECT_EQ(most, 1);
}

TEST(BmcGate, KeepsItsDistance) {
  BmcGate gate(20ms);
  { const auto first = gate.enter(steady_clock::now() + 60s, {}); }
  const auto ended = steady_clock::now();
  const auto second = gate.enter(ended + 60s, {});
  ASSERT_TRUE(second);
  EXPECT_GE(steady_clock::now() - ended, 19ms);
}

TEST(BmcGate, GivesUpAtTheDeadline) {
  BmcGate gate(0ms);
  const auto first = gate.enter(steady_clock::now() + 60s, {});
  const auto second = gate.enter(steady_clock::now() + 10ms, {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::TimedOut);
}

TEST(BmcGate, GivesUpWhenTheControllerEnds) {
  BmcGate gate(0ms);
  const auto first = gate.enter(steady_clock::now() + 60s, {});
  std::stop_source ends;
  std::thread signal([&] { ends.request_stop(); });
  const auto second = gate.enter(steady_clock::now() + 60s, ends.get_token());
  signal.join();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::Unavailable);
}

TEST(BmcGates, AreOneAnOrigin) {
  BmcGates gates;
  EXPECT_EQ(gates.of("https://a:443"), gates.of("https://a:443"));
  EXPECT_NE(gates.of("https://a:443"), gates.of("https://b:443"));
}

}  // namespace
}  // namespace switchyard::provisioner
