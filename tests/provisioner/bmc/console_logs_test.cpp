#include "provisioner/bmc/console_logs.h"

#include "provisioner/bmc/pause.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace switchyard::provisioner {
namespace {

using namespace std::chrono_literals;

bool comes_true(const std::function<bool()>& what) {
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (!what()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

// Prints, and stays until it is stopped.
FollowConsole printing(const std::string& text, std::atomic<int>& open) {
  return [text, &open](const std::stop_token& stop, const Heard& heard) -> Status {
    ++open;
    heard(text);
    (void)pause(1h, std::chrono::steady_clock::time_point::max(), stop);
    --open;
    return {};
  };
}

class ConsoleLogsTest : public testing::Test {
 protected:
  std::atomic<int> open_{};
  ConsoleLogs logs_{};
};

TEST_F(ConsoleLogsTest, KeepsTheLastOfWhatIsPrinted) {
  const std::string line = std::string(99, 'x') + "\n";
  std::string text;
  for (int i = 0; i < 1000; ++i)
    text += line;
  logs_.watch("srv1", printing(text + "panic\n", open_));
  ASSERT_TRUE(comes_true([&] { return logs_.seen("srv1").text.ends_with("panic\n"); }));
  EXPECT_LE(logs_.seen("srv1").text.size(), kConsoleBytes);
  EXPECT_GT(logs_.seen("srv1").text.size(), kConsoleBytes - 200);
}

TEST_F(ConsoleLogsTest, ReadsAConsoleOnceHoweverOftenItIsAskedFor) {
  for (int i = 0; i < 10; ++i)
    logs_.watch("srv1", printing("x", open_));
  ASSERT_TRUE(comes_true([&] { return !logs_.seen("srv1").text.empty(); }));
  EXPECT_EQ(open_, 1);
}

TEST_F(ConsoleLogsTest, LetsGoOfAConsoleAndForgetsIt) {
  logs_.watch("srv1", printing("x", open_));
  ASSERT_TRUE(comes_true([&] { return open_ == 1; }));
  logs_.end("srv1");
  EXPECT_EQ(logs_.seen("srv1").text, "");
  EXPECT_TRUE(comes_true([&] { return open_ == 0; }));
}

TEST_F(ConsoleLogsTest, DoesNotAskAgainForAConsoleThatIsNotThere) {
  std::atomic<int> asked{};
  const FollowConsole none = [&](const std::stop_token&, const Heard&) -> Status {
    ++asked;
    return failure(Errc::NotFound, "no console");
  };
  logs_.watch("srv1", none);
  ASSERT_TRUE(comes_true([&] { return logs_.seen("srv1").problem == "no console"; }));
  for (int i = 0; i < 5; ++i)
    logs_.watch("srv1", none);
  EXPECT_EQ(asked, 1);
}

TEST_F(ConsoleLogsTest, ReadsOnlySoManyAtATime) {
  for (std::size_t i = 0; i <= ConsoleLogs::kMost; ++i)
    logs_.watch("srv" + std::to_string(i), printing("x", open_));
  const std::string last = "srv" + std::to_string(ConsoleLogs::kMost);
  EXPECT_EQ(logs_.seen(last).problem, "32 other consoles are read already");
  ASSERT_TRUE(comes_true([&] { return open_ == 32; }));
  logs_.end("srv0");
  ASSERT_TRUE(comes_true([&] { return open_ == 31; }));
}

TEST_F(ConsoleLogsTest, EndsAllWithItself) {
  {
    ConsoleLogs short_lived;
    short_lived.watch("srv1", printing("x", open_));
    short_lived.watch("srv2", printing("x", open_));
    ASSERT_TRUE(comes_true([&] { return open_ == 2; }));
  }
  EXPECT_EQ(open_, 0);
}

}  // namespace
}  // namespace switchyard::provisioner
