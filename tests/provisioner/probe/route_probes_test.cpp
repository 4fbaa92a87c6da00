// When a lost host route stops a move, and what has to be known before one begins.
#include "provisioner/steps/route_probes.h"

#include <gmock/gmock.h>

namespace switchyard::provisioner {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

long long at(std::chrono::milliseconds time) {
  return std::chrono::microseconds(100s + time).count();
}

const RouteProbe kBefore{.vantage = "spine1",
                         .vrf = "vrf-prv",
                         .address = "10.1.0.5",
                         .before = "answered",
                         .bytes = 1472,
                         .paths = 2};

ProbeTarget seen() {
  return {.vantage = "spine1",
          .vrf = {"vrf-prv"},
          .address = *parse_ip("10.1.0.5"),
          .bytes = 1472,
          .checked_at = at(20s),
          .sent = 50,
          .answered = 50,
          .paths = 2,
          .paths_since = at(0s)};
}

ProbeTarget lost(std::chrono::milliseconds length, long long probes) {
  ProbeTarget target = seen();
  target.gap_since = at(20s - length);
  target.lost_in_row = probes;
  return target;
}

TEST(JudgeRoute, IsContentWithWhatAnswers) {
  EXPECT_EQ(judge_route(kBefore, seen(), at(0s)), ProbeVerdict{});
}

TEST(JudgeRoute, FailsAfterTwoSecondsOfSilence) {
  EXPECT_TRUE(judge_route(kBefore, lost(1900ms, 9), at(0s)).waits_for);
  EXPECT_EQ(judge_route(kBefore, lost(2300ms, 9), at(0s)).failed,
            "10.1.0.5 in VRF vrf-prv has not answered vantage point spine1 for 2.3 s");
}

TEST(JudgeRoute, DoesNotTakeOurOwnStallForALoss) {
  EXPECT_FALSE(judge_route(kBefore, lost(60s, 2), at(0s)).failed);
}

TEST(JudgeRoute, SaysWhenThePathOnlyBecameNarrower) {
  ProbeTarget target = lost(3s, 9);
  target.small_answers = true;
  EXPECT_THAT(*judge_route(kBefore, target, 0).failed,
              HasSubstr("small packets are answered: the path does not carry 1472 bytes"));
}

TEST(JudgeRoute, JudgesOnlyWhatAnsweredBefore) {
  RouteProbe silent = kBefore;
  silent.before = "silent";
  EXPECT_EQ(judge_route(silent, lost(60s, 99), at(0s)), ProbeVerdict{});
}

TEST(JudgeRoute, WantsALookAfterTheLegsWereUp) {
  EXPECT_THAT(*judge_route(kBefore, seen(), at(20s)).waits_for, HasSubstr("has not looked at"));
}

TEST(JudgeRoute, GivesALostPathTenSecondsFromWhenAllLegsCarry) {
  ProbeTarget one = seen();
  one.paths = 1;
  EXPECT_EQ(judge_route(kBefore, one, 0), ProbeVerdict{}) << "a leg is being changed";
  EXPECT_TRUE(judge_route(kBefore, one, at(11s)).waits_for);
  EXPECT_THAT(*judge_route(kBefore, one, at(9s)).failed,
              HasSubstr("vantage point spine1 has 1 of 2 paths to 10.1.0.5 in VRF vrf-prv"));
}

TEST(BaselineOf, IsKnownAfterTwoAnswersOrFourSilences) {
  ProbeTarget target = seen();
  target.sent = target.answered = 1;
  EXPECT_EQ(baseline_of(target, 0s), std::nullopt);
  target.sent = target.answered = 2;
  EXPECT_EQ(baseline_of(target, 0s)->before, "answered");
  target.sent = 4;
  target.answered = 0;
  EXPECT_EQ(baseline_of(target, 0s)->before, "silent");
}

TEST(BaselineOf, IsNotWaitedForForEver) {
  ProbeTarget target = seen();
  target.sent = target.answered = 0;
  EXPECT_EQ(baseline_of(target, 9s), std::nullopt);
  EXPECT_EQ(baseline_of(target, 10s)->before, "unseen");
  target.sent = 9;
  target.answered = 1;
  EXPECT_EQ(baseline_of(target, 10s)->before, "unsteady");
}

TEST(RouteProbes, AreTheSameAfterStorage) {
  RouteProbe probe = kBefore;
  probe.gaps = {{1, 2}, {3, 4}};
  EXPECT_EQ(parse_route_probes(to_json_text({probe})), std::vector{probe});
  EXPECT_TRUE(parse_route_probes("").empty());
}

}  // namespace
}  // namespace switchyard::provisioner
