// Live progress, with an operation that goes on while the command waits.
#include "tests/cli/run_fixture.h"
#include "tests/cli/samples.h"

namespace switchyard::web::cli {
namespace {

using nlohmann::json;

constexpr const char* kOperation = "GET /api/v1/operations/op-1";

class Watch : public RunFixture {
 protected:
  void script_good_run() {
    api.answer(kOperation, sample_operation(0, "running"));
    api.answer(kOperation, sample_operation(1, "running", "waits for the installer"));
    api.answer(kOperation, sample_operation(2, "running"));
    api.answer(kOperation, sample_operation(3, "succeeded"));
  }
};

TEST_F(Watch, WritesALineForEachChangeWithoutATerminal) {
  script_good_run();
  const Ran ran = run({"operation", "watch", "op-1"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  expect_golden("watch-plain.txt", ran.out);
}

TEST_F(Watch, RedrawsALineForEachStepOnATerminal) {
  has_terminal = true;
  has_colour = true;
  columns = 60;
  script_good_run();
  const Ran ran = run({"operation", "watch", "op-1"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  expect_golden("watch-terminal.txt", ran.out);
}

TEST_F(Watch, SaysOnceThatAStepTakesMuchLongerThanUsual) {
  json slow = sample_operation(1, "running");
  slow["steps"][1]["slow"] = true;
  slow["steps"][1]["seconds"] = 120;
  api.answer(kOperation, sample_operation(1, "running"));
  api.answer(kOperation, slow);
  api.answer(kOperation, slow);
  api.answer(kOperation, sample_operation(3, "succeeded"));
  const Ran ran = run({"operation", "watch", "op-1"});
  const std::string said = "(usually 32 s), much longer than usual";
  EXPECT_NE(ran.out.find(said), std::string::npos) << ran.out;
  EXPECT_EQ(ran.out.find(said), ran.out.rfind(said)) << ran.out;
}

TEST_F(Watch, WritesAsciiForATerminalWithoutUnicode) {
  is_unicode = false;
  script_good_run();
  for (const char c : run({"operation", "watch", "op-1"}).out)
    EXPECT_EQ(static_cast<unsigned char>(c) & 0x80U, 0U);
}

TEST_F(Watch, EndsWithFourWhenTheOperationFails) {
  api.answer(kOperation, sample_operation(1, "running"));
  api.answer(kOperation, sample_operation(1, "failed"));
  const Ran ran = run({"operation", "watch", "op-1"});
  EXPECT_EQ(ran.status, 4);
  expect_golden("watch-failed.txt", ran.out + "-- stderr\n" + ran.err);
}

TEST_F(Watch, EndsWithFourWhenItIsCancelled) {
  api.answer(kOperation, sample_operation(1, "cancelled"));
  EXPECT_EQ(run({"operation", "watch", "op-1"}).status, 4);
}

TEST_F(Watch, SurvivesLosingTheConnectionForAWhile) {
  api.answer(kOperation, sample_operation(0, "running"));
  for (int i = 0; i < 3; ++i)
    api.answer(kOperation, FakeAnswer{.status = 0});
  api.refuse(kOperation, 502, "bad_gateway", "starting");
  api.refuse(kOperation, 429, "too_many_requests", "slower");
  api.answer(kOperation, sample_operation(3, "succeeded"));
  const Ran ran = run({"operation", "watch", "op-1"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_NE(ran.out.find("connection lost, trying again\n"), std::string::npos);
}

TEST_F(Watch, GivesUpAfterAMinuteWithoutAnAnswer) {
  api.refuse(kOperation, 503, "unavailable", "no database");
  const auto began = clock.steady();
  EXPECT_EQ(run({"operation", "watch", "op-1"}).status, 3);
  EXPECT_GT(clock.steady() - began, std::chrono::seconds(60));
  EXPECT_LT(clock.steady() - began, std::chrono::seconds(62));
}

TEST_F(Watch, EndsAtOnceWhenTheOperationIsNotThere) {
  EXPECT_EQ(run({"operation", "watch", "op-9"}).status, 2);
}

TEST_F(Watch, DeployWatchEndsWithTheDeployment) {
  api.answer("POST /api/v1/deployments", sample_deployment("deploying"), 202);
  api.answer("GET /api/v1/deployments/dep-1", sample_deployment("active"));
  script_good_run();
  const Ran ran = run({"deploy", "web-1", "--project", "demo", "--image", "i", "--catalog", "c",
                       "--subnet", "v=s", "--server", "srv1", "--watch"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  expect_golden("deploy-watch.txt", ran.out);
}

TEST_F(Watch, KeepsStdoutForTheAnswerWithJson) {
  api.answer("POST /api/v1/deployments", sample_deployment("deploying"), 202);
  api.answer("GET /api/v1/deployments/dep-1", sample_deployment("active"));
  script_good_run();
  const Ran ran = run({"deploy", "web-1", "--project", "demo", "--image", "i", "--catalog", "c",
                       "--subnet", "v=s", "--server", "srv1", "--watch", "-o", "json"});
  EXPECT_EQ(json::parse(ran.out)["state"], "active");
  EXPECT_NE(ran.err.find("Install the system"), std::string::npos);
}

}  // namespace
}  // namespace switchyard::web::cli
