#include "core/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <thread>

namespace switchyard {
namespace {

using namespace std::chrono_literals;

Result<Finished> run(std::vector<std::string> arguments, std::chrono::milliseconds patience = 60s,
                     const std::stop_token& stop = {}) {
  return run_process(
      {.arguments = std::move(arguments), .environment = {"PATH=/usr/bin:/bin", "A=b"}},
      {.until = std::chrono::steady_clock::now() + patience, .stop = stop});
}

Result<Finished> shell(const std::string& script, std::chrono::milliseconds patience = 60s) {
  return run({"sh", "-c", script}, patience);
}

TEST(RunProcess, TellsWhatAProgramPrintsAndHowItEnds) {
  const auto finished = shell("echo out; echo err >&2; exit 3");
  ASSERT_TRUE(finished);
  EXPECT_EQ(finished->status, 3);
  EXPECT_EQ(finished->out, "out\n");
  EXPECT_EQ(finished->err, "err\n");
  EXPECT_EQ(shell("kill -9 $$")->status, 128 + SIGKILL);
}

TEST(RunProcess, GivesItOnlyTheEnvironmentItIsTold) {
  EXPECT_EQ(run({"env"})->out, "PATH=/usr/bin:/bin\nA=b\n");
}

TEST(RunProcess, LeavesArgumentsAsTheyAre) {
  EXPECT_EQ(run({"printf", "%s", "$(id) `id` ; id"})->out, "$(id) `id` ; id");
}

TEST(RunProcess, GivesItNoInputAndNoDescriptorOfOurs) {
  EXPECT_EQ(shell("cat")->out, "");
  EXPECT_EQ(shell("ls /proc/$$/fd")->out, "0\n1\n2\n");
}

// Whether every process that holds the other end of a FIFO ends.
bool comes_to_its_end(int fifo) {
  char byte = 0;
  while (::read(fifo, &byte, 1) < 0) {
    pollfd waiting{fifo, POLLIN, 0};
    if (::poll(&waiting, 1, 20'000) <= 0) return false;
  }
  return true;
}

TEST(RunProcess, EndsAtTheDeadlineWithItsChildren) {
  const std::string fifo = "/tmp/switchyard-process-" + std::to_string(::getpid());
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  const int held = ::open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  const auto late = shell("sleep 1000 >" + fifo + " & wait", 500ms);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::TimedOut);
  EXPECT_EQ(late.error().message, "sh: no end in time");
  EXPECT_TRUE(comes_to_its_end(held));
  ::close(held);
  std::filesystem::remove(fifo);
}

TEST(RunProcess, DoesNotWaitForWhatOutlivesIt) {
  const auto finished = shell("sleep 1000 & echo done");
  ASSERT_TRUE(finished);
  EXPECT_EQ(finished->out, "done\n");
}

TEST(RunProcess, EndsWithThisController) {
  static std::stop_source ends;  // g++ 12 takes a local one for uninitialised
  std::thread signal([&] { ends.request_stop(); });
  const auto stopped = run({"sleep", "1000"}, 10min, ends.get_token());
  signal.join();
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, Errc::Unavailable);
}

TEST(RunProcess, EndsWhenItPrintsTooMuch) {
  const auto endless = run({"yes"});
  ASSERT_FALSE(endless);
  EXPECT_EQ(endless.error().code, Errc::Invalid);
}

TEST(RunProcess, NamesAProgramThatIsNotThere) {
  const auto missing = run({"no-such-program-here"});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::NotFound);
  EXPECT_NE(missing.error().message.find("no-such-program-here"), std::string::npos);
}

class FollowProcess : public testing::Test {
 protected:
  // Stops it once it has said `word`.
  Result<Finished> until(const std::string& word, const std::string& script) {
    return follow_process(
        {.arguments = {"sh", "-c", script}, .environment = {"PATH=/usr/bin:/bin"}},
        {.until = std::chrono::steady_clock::now() + 60s, .stop = stop_.get_token()},
        [&](std::string_view heard) {
          heard_ += heard;
          if (heard_.find(word) != std::string::npos) stop_.request_stop();
        });
  }

  std::stop_source stop_{};
  std::string heard_{};
};

TEST_F(FollowProcess, HandsOverWhatIsPrintedAndEndsItsInput) {
  const auto finished = until("ready", "echo ready; read line; echo bye; exit 7");
  ASSERT_TRUE(finished);
  EXPECT_EQ(heard_, "ready\nbye\n") << "it could end by itself";
  EXPECT_EQ(finished->status, 7);
}

TEST_F(FollowProcess, KillsWhatDoesNotEndWithItsInput) {
  const auto began = std::chrono::steady_clock::now();
  const auto finished = until("ready", "echo ready; sleep 100");
  ASSERT_TRUE(finished);
  EXPECT_EQ(finished->status, 128 + SIGKILL);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 30s);
}

TEST_F(FollowProcess, TakesMoreThanAnyBuffer) {
  const auto finished = until("no such word", "head -c 3000000 /dev/zero; echo oops >&2; exit 1");
  ASSERT_TRUE(finished);
  EXPECT_EQ(heard_.size(), 3'000'000U);
  EXPECT_EQ(finished->err, "oops\n");
  EXPECT_EQ(finished->status, 1);
}

TEST_F(FollowProcess, NamesAProgramThatIsNotThere) {
  const auto finished =
      follow_process({.arguments = {"no-such-program"}},
                     {.until = std::chrono::steady_clock::now() + 60s}, [](std::string_view) {});
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().code, Errc::NotFound);
}

}  // namespace
}  // namespace switchyard
