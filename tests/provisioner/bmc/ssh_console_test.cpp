// The serial console of a Redfish BMC, over SSH.
#include "provisioner/bmc/console_follow.h"
#include "tests/fakes/ssh/server.h"
#include "tests/provisioner/bmc/scripted_redfish.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <stop_token>

namespace switchyard::provisioner {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// Prints once, and notes whether anybody types.
class Printer final : public fakes::SshProgram {
 public:
  Printer(std::string text, std::atomic<int>& typed) : text_(std::move(text)), typed_(typed) {}

  void feed(std::string_view bytes) override { typed_ += static_cast<int>(bytes.size()); }

  void end_of_input() override {}

  fakes::Effect next() override { return {.output = std::exchange(text_, "")}; }

  void lost() override {}

 private:
  std::string text_;
  std::atomic<int>& typed_;
};

class Console final : public fakes::SshPeer {
 public:
  bool accepts_password(std::string_view user, std::string_view password) override {
    return user == ScriptedRedfish::kUser && password == ScriptedRedfish::kPassword;
  }

  bool accepts_key(std::string_view, std::string_view) override { return false; }

  fakes::SshLimits limits() override { return {}; }

  bool reachable() override { return true; }

  std::unique_ptr<fakes::SshProgram> start(std::string_view command) override {
    return command.empty() ? std::make_unique<Printer>("Kernel panic\r\n", typed) : nullptr;
  }

  std::atomic<int> typed{};
};

class SshConsole : public testing::Test {
 protected:
  SshConsole() {
    redfish_.merge(
        {{"SerialConsole", {{"SSH", {{"ServiceEnabled", true}, {"Port", endpoint_.port()}}}}}});
  }

  Status follow(const std::string& password, bool insecure) {
    return follow_console({.server = "srv1",
                           .type = "redfish",
                           .url = redfish_.url(),
                           .user = ScriptedRedfish::kUser,
                           .password = Secret(password),
                           .certificate = insecure ? "" : redfish_.fingerprint(),
                           .insecure = insecure},
                          enough_.get_token(), [&](std::string_view bytes) {
                            heard_ += bytes;
                            if (heard_.ends_with("\n")) enough_.request_stop();
                          });
  }

  ScriptedRedfish redfish_{ScriptedRedfish::Scheme::Https};
  Console console_{};
  fakes::SshServer server_{};
  fakes::SshEndpoint endpoint_{server_, console_};
  std::string heard_{};
  std::stop_source enough_{};
};

TEST_F(SshConsole, IsReadAndNothingIsTyped) {
  const Status followed = follow(ScriptedRedfish::kPassword, true);
  ASSERT_TRUE(followed) << followed.error().message;
  EXPECT_EQ(heard_, "Kernel panic\r\n");
  EXPECT_EQ(console_.typed, 0);
}

TEST_F(SshConsole, NoPasswordGoesToAHostThatNothingPins) {
  const Status followed = follow(ScriptedRedfish::kPassword, false);
  ASSERT_FALSE(followed);
  EXPECT_EQ(followed.error().code, Errc::Invalid);
  EXPECT_THAT(followed.error().message, HasSubstr("nothing pins its host key"));
  EXPECT_EQ(endpoint_.counters().connections, 0);
}

}  // namespace
}  // namespace switchyard::provisioner
