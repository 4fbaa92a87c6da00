// Against OpenSSH's own sshd on loopback.
#include "switch-drivers/transport/shell.h"
#include "tests/switch-drivers/transport/sshd.h"

#include <gmock/gmock.h>

#include <thread>

namespace switchyard::switch_drivers {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class SshShellTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { sshd_ = new Sshd; }

  static void TearDownTestSuite() {
    delete sshd_;
    sshd_ = nullptr;
  }

  static std::unique_ptr<Shell> shell() { return make_ssh_shell(sshd_->access()); }

  static Result<std::vector<Answer>> run(Shell& shell, std::vector<Command> commands,
                                         std::chrono::milliseconds deadline = 20s) {
    return shell.run(commands, deadline);
  }

  static Sshd* sshd_;
};

Sshd* SshShellTest::sshd_ = nullptr;

TEST_F(SshShellTest, RunsManyCommandsInOneCallOverOneSession) {
  const auto warm = shell();
  const auto answers = run(*warm, {{"echo one"},
                                   {"cat", "two\nlines"},
                                   {"sh -c 'echo err >&2; exit 7'"},
                                   {"A=5"},
                                   {"echo $A"}});
  ASSERT_TRUE(answers) << answers.error().message;
  EXPECT_EQ(answers->at(0).output, "one\n");
  EXPECT_EQ(answers->at(1).output, "two\nlines\n");
  EXPECT_EQ(answers->at(2).output, "err\n");
  EXPECT_EQ(answers->at(2).status, 7);
  EXPECT_EQ(answers->at(4).output, "5\n");
  const auto again = run(*warm, {{"echo $A"}});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->at(0).output, "5\n");  // the same sh
}

TEST_F(SshShellTest, InputIsTakenLiterally) {
  const auto warm = shell();
  const std::string hostile = "$(reboot) `reboot` \\ 'x' \"y\"\nSWY-IN\nEOF\n";
  const auto answers = run(*warm, {{"cat", hostile}});
  ASSERT_TRUE(answers) << answers.error().message;
  EXPECT_EQ(answers->at(0).output, hostile);
}

TEST_F(SshShellTest, TakesMuchInputAndOutputAtOnce) {
  const auto warm = shell();
  const std::string much(8 << 20, 'x');
  const auto answers =
      run(*warm, {{"cat", much}, {"head -c 20000000 /dev/zero"}, {"echo end"}}, 60s);
  ASSERT_TRUE(answers) << answers.error().message;
  EXPECT_EQ(answers->at(0).output.size(), much.size() + 1);
  EXPECT_EQ(answers->at(1).output.size(), 16U << 20);
  EXPECT_EQ(answers->at(2).output, "end\n");
}

TEST_F(SshShellTest, GivesUpAtTheDeadlineAndStartsAfresh) {
  const auto warm = shell();
  ASSERT_TRUE(run(*warm, {{"true"}}));
  const auto late = run(*warm, {{"echo before"}, {"sleep 30"}}, 300ms);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::TimedOut);
  const auto after = run(*warm, {{"echo after"}});
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_EQ(after->at(0).output, "after\n");
}

TEST_F(SshShellTest, SaysSoWhenTheSessionBreaksAndConnectsAgain) {
  const auto warm = shell();
  ASSERT_TRUE(run(*warm, {{"true"}}));
  const auto broken = run(*warm, {{"kill -9 $PPID"}, {"echo never"}});
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, Errc::Unavailable);
  EXPECT_TRUE(run(*warm, {{"true"}}));
}

TEST_F(SshShellTest, IsCutShortWhenItsPermitEnds) {
  const SystemClock clock;
  const auto permit = std::make_shared<Permit>(clock);
  SwitchAccess access = sshd_->access();
  access.permit = permit;
  const auto warm = make_ssh_shell(access);
  EXPECT_EQ(run(*warm, {{"true"}}).error().code, Errc::Unavailable);  // it never had one
  permit->extend(clock.steady() + 1h);
  ASSERT_TRUE(run(*warm, {{"true"}}));
  std::jthread other([&] { permit->stop(); });
  const auto begun = clock.steady();
  const auto cut = run(*warm, {{"sleep 60"}, {"echo never"}});
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code, Errc::Unavailable);
  EXPECT_LT(clock.steady() - begun, 10s);
}

TEST_F(SshShellTest, SendsNothingAfterItsPermitHasRunOut) {
  const SystemClock clock;
  const auto permit = std::make_shared<Permit>(clock);
  SwitchAccess access = sshd_->access();
  access.permit = permit;
  const auto warm = make_ssh_shell(access);
  permit->extend(clock.steady() + 1h);
  ASSERT_TRUE(run(*warm, {{"true"}}));
  permit->withdraw();
  const std::string file = "/tmp/switchyard-permit-" + std::to_string(::getpid());
  EXPECT_EQ(run(*warm, {{"touch " + file}}).error().code, Errc::Unavailable);
  permit->extend(clock.steady() + 1h);
  const auto there = run(*warm, {{"test -e " + file}});
  ASSERT_TRUE(there);
  EXPECT_EQ((*there)[0].status, 1);
}

TEST_F(SshShellTest, AShellThatEndedIsReplaced) {
  const auto warm = shell();
  EXPECT_FALSE(run(*warm, {{"exit 3"}}));
  EXPECT_TRUE(run(*warm, {{"true"}}));
}

TEST_F(SshShellTest, RefusesAnotherHostKey) {
  SwitchAccess access = sshd_->access();
  access.host_key = "SHA256:0000000000000000000000000000000000000000000";
  const auto wrong = make_ssh_shell(access);
  const auto answers = run(*wrong, {{"true"}});
  ASSERT_FALSE(answers);
  EXPECT_EQ(answers.error().code, Errc::Rejected);
  EXPECT_THAT(answers.error().message, HasSubstr("host key"));
}

TEST_F(SshShellTest, FindsThePinnedKeyAmongSeveral) {
  SwitchAccess access = sshd_->access();
  access.host_key = sshd_->rsa_fingerprint();
  const auto other = make_ssh_shell(access);
  const auto answers = run(*other, {{"echo ok"}});
  ASSERT_TRUE(answers) << answers.error().message;
}

TEST_F(SshShellTest, SaysThatTheLoginIsRefused) {
  SwitchAccess access = sshd_->access();
  access.private_key_file = sshd_->stranger();
  const auto wrong = make_ssh_shell(access);
  const auto answers = run(*wrong, {{"true"}});
  ASSERT_FALSE(answers);
  EXPECT_EQ(answers.error().code, Errc::Rejected);
  access.private_key_file = "/nonexistent";
  const auto missing = make_ssh_shell(access);
  EXPECT_EQ(run(*missing, {{"true"}}).error().code, Errc::Rejected);
}

TEST_F(SshShellTest, NobodyListeningIsUnavailable) {
  SwitchAccess access = sshd_->access();
  access.port = 1;
  const auto nobody = make_ssh_shell(access);
  const auto answers = run(*nobody, {{"true"}});
  ASSERT_FALSE(answers);
  EXPECT_EQ(answers.error().code, Errc::Unavailable);
}

}  // namespace
}  // namespace switchyard::switch_drivers
