// The completion scripts, loaded by the shells they are for.
#include "tests/cli/run_fixture.h"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

namespace switchyard::web::cli {
namespace {

std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = ::popen(command.c_str(), "r");
  std::array<char, 4096> buffer{};
  while (pipe != nullptr && std::fgets(buffer.data(), buffer.size(), pipe) != nullptr)
    text += buffer.data();
  return pipe != nullptr && ::pclose(pipe) == 0 ? text : "failed: " + text;
}

class Completion : public RunFixture {
 protected:
  // What bash offers after these words; the last one is being typed.
  std::string offers(const std::string& words, int position) {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    const auto script = std::filesystem::path(::testing::TempDir()) /
                        (std::string("switchyard-completion-") + test->name());
    std::ofstream(script) << run_as_is({"completion", "bash"}).out;
    return output_of("bash -c 'set -u; source " + script.string() + "; COMP_WORDS=(" + words +
                     "); COMP_CWORD=" + std::to_string(position) +
                     "; _switchyard; echo ${COMPREPLY[*]}' 2>&1");
  }
};

TEST_F(Completion, OffersSubcommandsInBash) {
  EXPECT_EQ(offers("switchyard ser", 1), "server\n");
  EXPECT_EQ(offers("switchyard switch p", 2), "ports port\n");
}

TEST_F(Completion, OffersTheOptionsOfASubcommand) {
  EXPECT_EQ(offers("switchyard deploy web-1 --su", 3), "--subnet\n");
  EXPECT_EQ(offers("switchyard server maintenance srv1 --of", 4), "--off\n");
  EXPECT_EQ(offers("switchyard server list --tok", 3), "--token-file\n");
}

TEST_F(Completion, KnowsTwoShells) {
  EXPECT_EQ(run_as_is({"completion", "zsh"}).out.substr(0, 19), "#compdef switchyard");
  EXPECT_EQ(run_as_is({"completion", "fish"}).status, 1);
}

}  // namespace
}  // namespace switchyard::web::cli
