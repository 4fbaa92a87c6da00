// What is sent to a vantage point, what its answers mean, and what comes of them.
#include "provisioner/probe/round.h"

#include <gmock/gmock.h>

namespace switchyard::provisioner {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Kind = ProbeAnswer::Kind;

IpAddress ip(const char* text) { return *parse_ip(text); }

TEST(RoundLine, IsOneProbeEachAndWaitsForAll) {
  const std::vector<Probe> probes{{"vrf-prv", ip("10.1.0.5"), 1472}, {"", ip("fd10:1::5"), 56}};
  const std::string line = round_line(probes);
  EXPECT_THAT(line, HasSubstr("; p 0 10.1.0.5 1472 vrf-prv & p 1 fd10:1::5 56  & wait"));
  EXPECT_EQ(line.find('\n'), std::string::npos);
}

TEST(RoundLine, HasABoundedNumberOnTheirWay) {
  const std::vector<Probe> probes(kTogether * 2 + 1, Probe{"vrf-prv", ip("10.1.0.5"), 56});
  const std::string line = round_line(probes);
  std::size_t waits = 0;
  for (auto at = line.find("wait"); at != std::string::npos; at = line.find("wait", at + 1))
    ++waits;
  EXPECT_EQ(waits, 3U);
}

TEST(ParseRound, KnowsAnAnswerAndHowManyWaysThereAre) {
  const auto answers = parse_round(
      "1 1| 10.1.0.6 via 10.0.0.1 dev swp1 proto bgp metric 20 | PING 10.1.0.6 --- 100% loss\n"
      "0 0| 10.1.0.5 proto bgp metric 20 nexthop via fe80::1 dev swp1 weight 1 nexthop via fe80::2 "
      "dev swp2 weight 1 | PING 10.1.0.5 --- 1 received\n",
      2);
  EXPECT_THAT(answers, ElementsAre(ProbeAnswer{.kind = Kind::Answered, .paths = 2},
                                   ProbeAnswer{.kind = Kind::Silent, .paths = 1}));
}

// What the lab's spine said, FRR 8.4: while both switches were heard, and when it dropped what one
// of them said.
TEST(ParseRound, ReadsARealSpine) {
  const auto answers = parse_round(
      "0 0| 10.1.0.5 table vrf-prv proto bgp metric 20 nexthop via 169.254.0.1 dev swp1.3001 "
      "weight "
      "1 onlink nexthop via 169.254.0.1 dev swp2.3001 weight 1 onlink | PING 10.1.0.5 (10.1.0.5) "
      "from 10.0.0.1 vrf-prv: 1472(1500) bytes of data. --- 10.1.0.5 ping statistics --- 1 packets "
      "transmitted, 1 received, 0% packet loss, time 1ms\n"
      "1 0| fd10:1::5 via fe80::52:74ff:fe00:3 dev swp2.3001 table vrf-prv proto bgp metric 20 "
      "pref "
      "medium | PING fd10:1::5(fd10:1::5) from fd10::1 vrf-prv: 1452 data bytes\n",
      2);
  EXPECT_THAT(answers, ElementsAre(ProbeAnswer{.kind = Kind::Answered, .paths = 2},
                                   ProbeAnswer{.kind = Kind::Answered, .paths = 1}));
}

TEST(ParseRound, TakesAKernelWithoutAWayForSilence) {
  const auto answers = parse_round("0 2| | ping: connect: Invalid argument\n", 1);
  EXPECT_THAT(answers, ElementsAre(ProbeAnswer{.kind = Kind::Silent}));
}

TEST(ParseRound, TakesAMachineThatCannotProbeForNoAnswerAtAll) {
  const auto answers = parse_round(
      "0 2| | ping: SO_BINDTODEVICE vrf-x: No such device\n1 127| | sh: 1: ping: not found\n", 3);
  EXPECT_EQ(answers[0].kind, Kind::Unknown);
  EXPECT_EQ(answers[0].problem, "ping: SO_BINDTODEVICE vrf-x: No such device");
  EXPECT_EQ(answers[1].problem, "sh: 1: ping: not found");
  EXPECT_EQ(answers[2].problem, "the vantage point said nothing about it");
}

TEST(ParseRound, IsNotConfusedByWhatIsNoAnswer) {
  for (const char* text : {"", "\n\n", "|||", "0", "0 ", "7 0| | x\n", "-1 0| | x\n", "0 x| | x\n",
                           "99999999999999999999 0||\n", "motd of a switch\n"}) {
    const auto answers = parse_round(text, 1);
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].kind, Kind::Unknown) << text;
  }
}

TEST(CheckLine, NamesDevicesOnce) {
  const std::vector<std::string> devices{"vrf-prv", ""};
  EXPECT_THAT(check_line(devices), HasSubstr("[ -e /sys/class/net/vrf-prv ]"));
}

const ProbeAnswer kAnswer{.kind = Kind::Answered, .paths = 2};
const ProbeAnswer kSilence{.kind = Kind::Silent, .paths = 1};

TEST(NoteAnswer, CountsAGapFromTheFirstLostProbeToTheNextAnswer) {
  ProbeTarget target;
  note_answer(target, kAnswer, 100);
  note_answer(target, kSilence, 200);
  note_answer(target, kSilence, 300);
  EXPECT_EQ(target.gap_since, 200);
  EXPECT_THAT(gaps_of(target), ElementsAre(ProbeGap{200, 300}));
  note_answer(target, kAnswer, 400);
  EXPECT_THAT(target.gaps, ElementsAre(ProbeGap{200, 400}));
  EXPECT_EQ(target.lost_in_row, 0);
  EXPECT_EQ(target.paths_since, 400);
}

TEST(NoteAnswer, OfARouteThatNeverAnsweredIsNoGap) {
  ProbeTarget target;
  note_answer(target, kSilence, 100);
  note_answer(target, kAnswer, 200);
  EXPECT_TRUE(gaps_of(target).empty());
}

TEST(NoteAnswer, LeavesWhatNobodyLookedAtAsItWas) {
  ProbeTarget target;
  note_answer(target, kAnswer, 100);
  note_answer(target, {.problem = "no ping"}, 200);
  EXPECT_EQ(target.checked_at, 100);
  EXPECT_EQ(target.problem, "no ping");
}

TEST(PayloadOf, FillsAPacketOfTheCatalogsMtu) {
  EXPECT_EQ(payload_of(1500, Family::V4), 1472);
  EXPECT_EQ(payload_of(1500, Family::V6), 1452);
}

}  // namespace
}  // namespace switchyard::provisioner
