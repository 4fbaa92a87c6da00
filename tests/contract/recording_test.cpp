// Every NOS: what was said to a switch is written down, and played back it is the same.
#include "switch-drivers/recording/recording.h"

#include "switch-drivers/recording/replay.h"
#include "tests/contract/driver_bench.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace switchyard::contract {
namespace {

using switch_drivers::replay;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string read(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void replace_in(const std::string& path, const std::string& from, const std::string& to) {
  std::string text = read(path);
  const std::size_t at = text.find(from);
  ASSERT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  std::ofstream(path) << text;
}

class DriverRecording : public testing::TestWithParam<std::string> {
 protected:
  DriverRecording() {
    std::filesystem::remove_all(folder_);
    bench_.record({.file = file_});
  }

  ~DriverRecording() override { std::filesystem::remove_all(folder_); }

  // What a day of a port says.
  void live() {
    ASSERT_TRUE(bench_.driver().probe());
    bench_.make(provisioning(bench_.port()));
    bench_.install_server(5);
    bench_.make(routed(bench_.port(), 5));
    bench_.server().power(true);
    ASSERT_TRUE(bench_.driver().sessions(std::vector{routed(bench_.port(), 5)}));
    bench_.expect_equal(routed(bench_.port(), 5));
    bench_.expect_equal(routed(bench_.port(), 5));
    bench_.device().refuse_port(bench_.other_port(), true);
    ASSERT_TRUE(
        bench_.driver().apply(std::vector{routed(bench_.other_port(), 6)}, {.change_id = "chg-x"}));
  }

  const std::string folder_ = testing::TempDir() + "recording-" + std::to_string(getpid());
  const std::string file_ = folder_ + "/tor1.jsonl";
  DriverBench bench_{GetParam()};
};

TEST_P(DriverRecording, IsTheSamePlayedBackWithoutTheSwitch) {
  live();
  const auto size = std::filesystem::file_size(file_);
  for (int looks = 0; looks < 5; ++looks) {
    bench_.expect_equal(routed(bench_.port(), 5));
    ASSERT_TRUE(bench_.driver().sessions(std::vector{routed(bench_.port(), 5)}));
  }
  EXPECT_EQ(std::filesystem::file_size(file_), size) << "nothing new was seen";
  bench_.restart_controller();  // nobody is left to ask
  const auto report = replay(file_);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_THAT(report->differences, IsEmpty());
  EXPECT_GE(report->sessions, 1);
  EXPECT_GE(report->calls, 8);
  EXPECT_GE(report->exchanges, report->calls);
  EXPECT_THAT(read(file_), HasSubstr(":[null"));  // what was the same is not there twice
}

TEST_P(DriverRecording, SaysWhatASwitchThatAnswersOtherwiseIsMadeOf) {
  live();
  replace_in(file_, "\"changed\":true", "\"changed\":false");
  const auto report = replay(file_);
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_EQ(report->differences.size(), 1U);
  EXPECT_THAT(report->differences.front(), HasSubstr("where it answered"));
  EXPECT_THAT(report->differences.front(), HasSubstr(file_ + ":"));
}

TEST_P(DriverRecording, StaysSmallAndEachFileStandsForItself) {
  bench_.record({.file = file_, .most_bytes = 200'000});
  for (int i = 0; i < 12; ++i) {
    bench_.make(provisioning(bench_.port()));
    bench_.make(routed(bench_.port(), 5));
    bench_.expect_equal(routed(bench_.port(), 5));
  }
  bench_.restart_controller();
  EXPECT_TRUE(std::filesystem::exists(file_ + ".1"));
  EXPECT_LT(std::filesystem::file_size(file_) + std::filesystem::file_size(file_ + ".1"), 400'000U);
  for (const std::string& one : {file_, file_ + ".1"}) {
    const auto report = replay(one);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_THAT(report->differences, IsEmpty());
    EXPECT_GT(report->calls, 0);
  }
}

TEST_P(DriverRecording, IsReadableByItsOwnerOnlyAndHasNoSecret) {
  live();
  EXPECT_EQ(std::filesystem::status(file_).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_THAT(read(file_), Not(HasSubstr(DriverBench::password())));
}

TEST_P(DriverRecording, DrivesOnWhenItCannotBeWritten) {
  bench_.record({.file = "/proc/nothing/tor1.jsonl"});
  bench_.make(routed(bench_.port(), 5));
  bench_.expect_equal(routed(bench_.port(), 5));
}

TEST(Replay, NamesWhatIsNoRecording) {
  EXPECT_EQ(replay("/nowhere").error().code, Errc::NotFound);
  const std::string path = testing::TempDir() + "no-recording-" + std::to_string(getpid());
  std::ofstream(path) << "{\"what\": 1}\n{\"session\"";
  const auto report = replay(path);
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().message, HasSubstr(path + ":1"));
  std::filesystem::remove(path);
}

INSTANTIATE_TEST_SUITE_P(EveryNos, DriverRecording, testing::ValuesIn(switch_drivers::known_nos()),
                         [](const auto& nos) {
                           std::string name = nos.param;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace switchyard::contract
