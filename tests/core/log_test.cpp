#include "core/log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

namespace switchyard::log {
namespace {

// Standard error into a file while it lives.
class Captured {
 public:
  Captured() : saved_(::dup(STDERR_FILENO)) {
    const int file = ::mkstemp(path_.data());
    ::dup2(file, STDERR_FILENO);
    ::close(file);
  }

  ~Captured() {
    restore();
    std::filesystem::remove(path_);
  }

  Captured(const Captured&) = delete;
  Captured& operator=(const Captured&) = delete;

  std::vector<nlohmann::json> lines() {
    flush();
    restore();
    std::vector<nlohmann::json> parsed;
    std::ifstream file{path_};
    for (std::string line; std::getline(file, line);)
      parsed.push_back(nlohmann::json::parse(line));
    return parsed;
  }

 private:
  void restore() {
    if (saved_ < 0) return;
    ::dup2(saved_, STDERR_FILENO);
    ::close(std::exchange(saved_, -1));
  }

  std::string path_{std::filesystem::temp_directory_path() / "switchyard-log.XXXXXX"};
  int saved_;
};

TEST(Log, WritesOneJsonObjectALine) {
  Captured captured;
  info("port is routed", {{"switch", "tor-1"}, {"port", "swp1"}});
  const auto lines = captured.lines();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["message"], "port is routed");
  EXPECT_EQ(lines[0]["level"], "info");
  EXPECT_EQ(lines[0]["switch"], "tor-1");
  EXPECT_THAT(lines[0]["time"].get<std::string>(),
              testing::MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{6}Z"));
}

TEST(Log, EscapesWhatWouldBreakALineOrATerminal) {
  const std::string hostile = "a\n{\"b\":1}\x1b[2J\x7f\xff\xc2\x9b \"q\"\\";
  Captured captured;
  warning(hostile, {{"k\n", hostile}});
  const auto lines = captured.lines();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0]["message"].get<std::string>(), testing::StartsWith("a\n{\"b\":1}\x1b[2J"));
}

TEST(Log, AddsTheFieldsOfTheThreadsContext) {
  Captured captured;
  {
    const Context operation{"operation", "op-1"};
    std::jthread{[] { info("elsewhere"); }}.join();
    info("inside");
  }
  info("outside");
  const auto lines = captured.lines();
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_FALSE(lines[0].contains("operation"));
  EXPECT_EQ(lines[1]["operation"], "op-1");
  EXPECT_FALSE(lines[2].contains("operation"));
}

TEST(Log, LeavesOutWhatIsBelowTheLevel) {
  Captured captured;
  debug("not by default");
  set_level(Level::Error);
  warning("not now");
  set_level(Level::Info);
  EXPECT_EQ(captured.lines().size(), 0U);
}

TEST(Log, LosesNoLineOfManyThreads) {
  Captured captured;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([] {
        for (int line = 0; line < 500; ++line)
          info("line");
      });
  }
  EXPECT_EQ(captured.lines().size(), 4000U);
}

TEST(Log, WritesEverythingBeforeTheProcessExits) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");  // a fork would not take the writing thread along
  EXPECT_EXIT(
      {
        for (int line = 0; line < 1000; ++line)
          info("line " + std::to_string(line));
        std::exit(0);
      },
      testing::ExitedWithCode(0), "line 999");
}

TEST(Log, CutsAValueThatIsTooLong) {
  Captured captured;
  info(std::string(1'000'000, 'x'));
  EXPECT_EQ(captured.lines()[0]["message"].get<std::string>().size(), 16'384U);
}

}  // namespace
}  // namespace switchyard::log
