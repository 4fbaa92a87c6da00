// The dead man's script in a real shell.
#include "switch-drivers/handle/deadman.h"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace switchyard::switch_drivers::handle {
namespace {

class DeadmanScript : public testing::Test {
 protected:
  DeadmanScript() {
    std::filesystem::create_directories(folder_);
    write("deadman",
          deadman_script({.saved = "cp \"$2.conf\" saved-\"$2\"", .fired = "echo fired"}));
  }

  ~DeadmanScript() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ + "/" + name) << text;
  }

  [[nodiscard]] bool has(const std::string& name) const {
    return std::filesystem::exists(folder_ + "/" + name);
  }

  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream file(folder_ + "/" + name);
    return {std::istreambuf_iterator<char>{file}, {}};
  }

  int run(const std::string& verb) const {
    const std::string line = "sh " + folder_ + "/deadman " + verb;
    return WEXITSTATUS(std::system(line.c_str()));  // NOLINT(cert-env33-c)
  }

  std::string folder_ = testing::TempDir() + "/switchyard-deadman-" + std::to_string(getpid());
};

TEST_F(DeadmanScript, DoesNothingBeforeItIsArmed) {
  EXPECT_EQ(run("run touch made"), 97);
  EXPECT_EQ(run("step swp1 touch made"), 97);
  EXPECT_EQ(run("open touch made"), 96);
  EXPECT_FALSE(has("made"));
}

TEST_F(DeadmanScript, APortThatFailsStopsAndHoldsBackNoOther) {
  write("armed", "");
  EXPECT_EQ(run("step swp1 sh -c 'exit 13'"), 13);
  EXPECT_EQ(run("step swp1 touch made"), 96);
  EXPECT_FALSE(has("made"));
  EXPECT_EQ(run("step swp2 sh -c 'cat >\"$1\"' - 'a file' <" + folder_ + "/deadman"), 0);
  EXPECT_EQ(read("a file"), read("deadman"));
}

TEST_F(DeadmanScript, OneFailureKeepsEverythingOfAWholeChangeClosed) {
  write("armed", "");
  EXPECT_EQ(run("run sh -c 'exit 2'"), 2);
  EXPECT_EQ(run("open touch made"), 96);
}

TEST_F(DeadmanScript, SavesOnlyWhatIsKept) {
  write("swp1.undo", "touch undone\n");
  write("swp1.conf", "final\n");
  EXPECT_NE(run("saved swp1"), 0);
  EXPECT_EQ(run("keep swp1"), 0);
  EXPECT_EQ(run("keep swp1"), 0);
  EXPECT_EQ(run("saved swp1"), 0);
  EXPECT_EQ(read("saved-swp1"), "final\n");
  EXPECT_NE(run("undo swp1"), 0);
  EXPECT_FALSE(has("undone"));
}

TEST_F(DeadmanScript, UndoesInItsOwnFolderAndSaysSoAgain) {
  write("swp1.undo", "echo x >>undone\n");
  EXPECT_EQ(run("undo swp1"), 0);
  EXPECT_EQ(run("undo swp1"), 0);
  EXPECT_EQ(read("undone"), "x\nx\n");
}

TEST_F(DeadmanScript, FiresEveryPortAndLeavesNothing) {
  write("armed", "");
  write("swp1.undo", "exit 94\n");
  write("swp2.undo", "touch " + folder_ + "-fired\n");
  EXPECT_EQ(run("fire"), 0);
  EXPECT_TRUE(std::filesystem::exists(folder_ + "-fired"));
  EXPECT_FALSE(std::filesystem::exists(folder_));
  EXPECT_FALSE(std::filesystem::exists(folder_ + ".fired"));
  std::filesystem::remove(folder_ + "-fired");
}

}  // namespace
}  // namespace switchyard::switch_drivers::handle
