#include "pxe/installer/messages.h"

#include <gtest/gtest.h>

namespace switchyard::pxe::installer {
namespace {

Inspection some_inspection() {
  return {.product = {.vendor = "QEMU", .name = "Standard PC", .serial = "1", .uuid = "u"},
          .firmware = Firmware::Uefi,
          .cpus = 2,
          .cpu_model = "EPYC",
          .memory_bytes = 1U << 30U,
          .disks = {{.name = "vda", .path = "/dev/vda", .bytes = 8U << 20U, .transport = "virtio"}},
          .nics = {{.name = "eth0",
                    .mac = {{0x52, 0x54, 0, 0, 0, 1}},
                    .carrier = true,
                    .lldp = {{.chassis = "c", .port = "swp1", .system = "tor1"}}}},
          .bmc = BmcSeen{.address = "10.0.0.2"}};
}

const Secret kSession{std::string(64, 'a')};

TEST(SessionRequest, ReadsBackAsItWasWritten) {
  SessionRequest request{.token = Secret{"t"},
                         .session = kSession,
                         .mac = {{0x52, 0x54, 0, 0, 0, 1}},
                         .inspection = some_inspection()};
  for (const bool with_bmc : {true, false}) {
    if (!with_bmc) request.inspection.bmc.reset();
    const auto read = parse_session_request(to_json_text(request));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->token.reveal(), "t");
    EXPECT_EQ(read->session.reveal(), kSession.reveal());
    EXPECT_EQ(read->mac, request.mac);
    EXPECT_EQ(read->inspection, request.inspection);
  }
}

TEST(SessionRequest, RefusesASessionThatCanBeGuessed) {
  const auto read = parse_session_request(to_json_text(SessionRequest{
      .token = Secret{"t"}, .session = Secret{"0123"}, .inspection = some_inspection()}));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "session request: session is shorter than 32 characters");
}

TEST(SessionRequest, RefusesTwoDisksOfOneName) {
  SessionRequest request{
      .token = Secret{"t"}, .session = kSession, .inspection = some_inspection()};
  request.inspection.disks.push_back(request.inspection.disks[0]);
  const auto read = parse_session_request(to_json_text(request));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "session request.inspection.disks[1]: name is there twice");
}

TEST(SessionRequest, SurvivesBytesThatAreNoUtf8) {
  SessionRequest request{
      .token = Secret{"t"}, .session = kSession, .inspection = some_inspection()};
  request.inspection.product.serial = "\xff\xfe";
  EXPECT_TRUE(parse_session_request(to_json_text(request)));
}

TEST(Progress, ReadsBackAsItWasWritten) {
  const auto read = parse_progress(to_json_text(Progress{.operation = "op-1",
                                                         .phase = Phase::Writing,
                                                         .percent = 40,
                                                         .detail = "d",
                                                         .log = {"a", "b"}}));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->phase, Phase::Writing);
  EXPECT_EQ(read->percent, 40U);
  EXPECT_EQ(read->log, (std::vector<std::string>{"a", "b"}));
}

TEST(Progress, OfMoreThanAHundredPercentIsRefused) {
  const auto read = parse_progress(to_json_text(Progress{.operation = "op-1", .percent = 101}));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "progress: percent is larger than 100");
}

TEST(TaskResult, ReadsBackAsItWasWritten) {
  const TaskResult result{
      .operation = "op-1",
      .outcome = Outcome::Failed,
      .detail = "vda: 1 sample is not zero",
      .wiped = {
          {.disk = "vda", .bytes = 5, .method = "overwrite", .samples = 2, .nonzero_samples = 1}}};
  const auto read = parse_result(to_json_text(result));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->outcome, Outcome::Failed);
  EXPECT_EQ(read->wiped, result.wiped);
}

TEST(TaskResult, OfARescueHasTheHostKey) {
  const TaskResult result{
      .operation = "op-1", .outcome = Outcome::Succeeded, .host_key = "SHA256:abc"};
  EXPECT_EQ(parse_result(to_json_text(result))->host_key, "SHA256:abc");
  EXPECT_EQ(parse_result(to_json_text(TaskResult{.operation = "op-1"}))->host_key, "");
}

TEST(TaskResult, CannotHaveMoreNonzeroSamplesThanSamples) {
  const auto read = parse_result(to_json_text(TaskResult{
      .operation = "o", .wiped = {{.disk = "vda", .method = "overwrite", .nonzero_samples = 1}}}));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "result.wiped[0]: nonzero_samples is more than samples");
}

TEST(SessionAnswer, AndCancellationReadBack) {
  EXPECT_EQ(
      parse_session_answer(to_json_text(SessionAnswer{Secret{"s"}, "srv1"}))->session.reveal(),
      "s");
  EXPECT_TRUE(parse_cancelled(cancelled_text(true)).value());
  EXPECT_FALSE(parse_cancelled(cancelled_text(false)).value());
  EXPECT_FALSE(parse_cancelled("[]"));
}

}  // namespace
}  // namespace switchyard::pxe::installer
