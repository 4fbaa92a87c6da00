// Whether a deployment is active when its host routes do not answer.
#include "tests/provisioner/life_fixture.h"
#include "tests/provisioner/scripted_vantage.h"

#include <gmock/gmock.h>

namespace switchyard::provisioner {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class AnswerGate : public LifeFixture {
 protected:
  AnswerGate() {
    site_.during_tick = [this] { static_cast<void>(worker_.tick()); };
  }

  void add_vantage(const std::string& more = "") {
    const auto imported =
        site_.service->import_inventory("vantage.yaml", vantage_inventory(more), Mode::Real);
    EXPECT_TRUE(imported) << imported.error().message;
  }

  std::string timeline_of(const std::string& operation) {
    std::string text;
    for (const TimelineView& line : site_.operation(operation).timeline)
      text += line.message + "\n";
    return text;
  }

  ScriptedVantage vantage_{};
  ProbeContext context_{
      *site_.pool, site_.clock, site_.wakeup, site_.site,
      [this](const VantageRecord&, const std::shared_ptr<const switch_drivers::Permit>&) {
        return Result<std::unique_ptr<switch_drivers::Shell>>(make_scripted_shell(vantage_));
      }};
  VantageWorker worker_{context_, "spine1"};
};

TEST_P(AnswerGate, IsActiveWhenItAnswers) {
  add_vantage("    gate: true\n");
  const DeploymentView deployment = deploy();
  ASSERT_TRUE(ends(deployment.operation, "succeeded"));
  EXPECT_GE(vantage_.rounds, 1);
  EXPECT_THAT(timeline_of(deployment.operation), testing::Not(HasSubstr("nothing answered")));
}

TEST_P(AnswerGate, IsActiveWithALineWhenItDoesNotAnswer) {
  add_vantage();
  vantage_.answers = [](const std::string&, int) { return false; };
  const DeploymentView deployment = deploy();
  ASSERT_TRUE(ends(deployment.operation, "succeeded"));
  EXPECT_THAT(timeline_of(deployment.operation),
              HasSubstr("nothing answered from spine1 at 10.1.0.1 in VRF vrf-prv: a firewall of "
                        "the image, or a path that loses"));
}

TEST_P(AnswerGate, WaitsForAGate) {
  add_vantage("    gate: true\n");
  vantage_.answers = [](const std::string&, int) { return false; };
  const DeploymentView deployment = deploy();
  ASSERT_TRUE(reaches(deployment.operation, "verifying"));
  for (int i = 0; i < 600; ++i)
    site_.tick();
  EXPECT_EQ(site_.operation(deployment.operation).step, "verifying");
  EXPECT_THAT(site_.operation(deployment.operation).message,
              HasSubstr("nothing has answered yet from spine1"));
  vantage_.answers = nullptr;
  EXPECT_TRUE(ends(deployment.operation, "succeeded"));
}

TEST_P(AnswerGate, FailsInTheEndWhenAGateHearsNothing) {
  add_vantage("    gate: true\n");
  vantage_.broken = Error{Errc::Unavailable, "ssh 127.0.0.1 port 22: cannot connect"};
  const DeploymentView deployment = deploy();
  ASSERT_TRUE(ends(deployment.operation, "failed"));
  EXPECT_THAT(site_.operation(deployment.operation).error,
              HasSubstr("nothing has answered yet from spine1"));
}

INSTANTIATE_TEST_SUITE_P(Databases, AnswerGate, testing::ValuesIn(db::backends_under_test()),
                         db::name_of);

}  // namespace
}  // namespace switchyard::provisioner
