// What catalogs may add to the policy of sessions, and what of it reaches a switch.
#include "switch-drivers/frr/policy.h"

#include "switch-drivers/linux-frr/describe.h"
#include "switch-drivers/linux-frr/wish.h"
#include "tests/switch-drivers/intents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

namespace switchyard::switch_drivers::frr {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST(JudgePolicy, TakesWhatMarksAndPrefersAndNarrows) {
  const JudgedPolicy judged = judge_policy(
      "! of l3-private\n"
      "route-map IN permit 10\n"
      " match origin igp\n"
      " set community 65000:300 graceful-shutdown 65000:20 65000:300\n"
      " set large-community 65000:1:2\n"
      " set  local-preference  200\n"
      "exit\n"
      "!\n"
      "route-map OUT permit 10\n"
      " set metric 5\n"
      " set as-path prepend 65001 65001\n");
  EXPECT_THAT(judged.faults, IsEmpty());
  EXPECT_THAT(judged.addition.in,
              ElementsAre("match origin igp", "set community 65000:20 65000:300 graceful-shutdown",
                          "set large-community 65000:1:2", "set local-preference 200"));
  EXPECT_THAT(judged.addition.out, ElementsAre("set metric 5", "set as-path prepend 65001 65001"));
  EXPECT_TRUE(check_policy(judged.addition));
}

TEST(JudgePolicy, HasNothingAgainstNothing) {
  EXPECT_EQ(judge_policy("").addition, PolicyAddition{});
  EXPECT_THAT(judge_policy("\n!\n").faults, IsEmpty());
}

struct Refused {
  std::string name{};
  std::string text{};
  int line{};
  std::string said{};
};

void PrintTo(const Refused& one, std::ostream* out) { *out << one.name; }

class RefusedPolicy : public testing::TestWithParam<Refused> {};

TEST_P(RefusedPolicy, IsNamedWithItsLine) {
  const JudgedPolicy judged = judge_policy(GetParam().text);
  ASSERT_THAT(judged.faults, testing::SizeIs(testing::Ge(1U)));
  EXPECT_EQ(judged.faults.front().line, GetParam().line);
  EXPECT_THAT(judged.faults.front().message, HasSubstr(GetParam().said));
}

const std::string kIn = "route-map IN permit 10\n";

INSTANTIATE_TEST_SUITE_P(
    All, RefusedPolicy,
    testing::Values(
        Refused{"AnotherPort", "interface swp7.101\n", 1, "stands outside"},
        Refused{"ANeighbour", kIn + "exit\nrouter bgp 65001 vrf vrf-prv\n", 3, "stands outside"},
        Refused{"NeighbourInside", kIn + " neighbor swp7.101 peer-group X\n", 2,
                "may not be added"},
        Refused{"APrefixList", "ip prefix-list ALL permit any\n", 1, "stands outside"},
        Refused{"SecondEntry", kIn + "route-map IN permit 20\n", 2, "would take what the first"},
        Refused{"Deny", "route-map IN deny 10\n", 1, "is like"},
        Refused{"AnotherMap", "route-map SWY-I4-1 permit 10\n set metric 1\n", 1,
                "only IN and OUT"},
        Refused{"OpensTheFilter", kIn + " match ip address prefix-list ALL\n", 2,
                "may not be added"},
        Refused{"AnyAsPath", kIn + " match as-path ANY\n", 2, "may not be added"},
        Refused{"Call", kIn + " call OTHER\n", 2, "may not be added"},
        Refused{"Continue", kIn + " continue 20\n", 2, "may not be added"},
        Refused{"OnMatch", kIn + " on-match next\n", 2, "may not be added"},
        Refused{"No", kIn + " no match as-path SWY-ONE-AS\n", 2, "may not be added"},
        Refused{"NextHop", kIn + " set ip next-hop 10.0.0.1\n", 2, "may not be added"},
        Refused{"KeepsWhatTheTenantSent", kIn + " set community 65000:1 additive\n", 2,
                "without additive"},
        Refused{"HidesTheServer", kIn + " set community no-export\n", 2, "are for OUT"},
        Refused{"NoCommunity", kIn + " set community 65536:1\n", 2, "set community takes"},
        Refused{"WellKnownByNumber", kIn + " set community 65535:65281\n", 2,
                "set community takes"},
        Refused{"NoNumber", kIn + " set metric +5\n", 2, "set metric takes a number"},
        Refused{"Nothing", kIn + " set metric\n", 2, "set metric takes a number"},
        Refused{"PrependsTooMuch", kIn + " set as-path prepend 1 1 1 1 1 1 1 1 1 1 1\n", 2,
                "1 to 10"},
        Refused{"Twice", kIn + " set metric 1\n set metric 2\n", 3, "is there twice"}),
    [](const auto& one) { return one.param.name; });

Attachment with(const PolicyAddition& policy) {
  Attachment attachment = routed_port().attachments.front();
  attachment.policy = policy;
  return attachment;
}

std::vector<std::string> shared_lines(const Attachment& attachment) {
  PortIntent intent = routed_port();
  intent.attachments = {attachment};
  std::vector<std::string> lines;
  for (const FrrLine& line : linux_frr::wished_frr(intent, {.asn = {65001}}).shared)
    lines.push_back(line.text.empty() ? std::string(line.block.view())
                                      : std::string(line.text.view()));
  return lines;
}

TEST(AddedPolicy, TakesThePlaceOfWhatSetsTheSame) {
  const auto lines = shared_lines(with({.in = {"set community 65000:101", "set metric 7"}}));
  EXPECT_THAT(lines, testing::Contains("set community 65000:101").Times(2)) << "IPv4 and IPv6";
  EXPECT_THAT(lines, testing::Contains("set metric 7").Times(2));
  EXPECT_THAT(lines, testing::Not(testing::Contains("set metric 0")));
  EXPECT_THAT(lines, testing::Contains("set community none").Times(2)) << "of the other direction";
  EXPECT_THAT(lines, testing::Contains("match as-path SWY-ONE-AS").Times(2));
}

TEST(AddedPolicy, MakesObjectsOfItsOwn) {
  const auto plain = shared_lines(with({}));
  const auto marked = shared_lines(with({.out = {"set metric 7"}}));
  EXPECT_NE(plain, marked);
  EXPECT_EQ(marked, shared_lines(with({.out = {"set metric 7"}})));
}

// Both policies tell servers of the same prefixes: the list is there already, and stays.
TEST(AddedPolicy, KeepsWhatTheFormerPolicySharesWithIt) {
  PortIntent marked = routed_port();
  for (Attachment& attachment : marked.attachments)
    attachment.policy.in = {"set metric 7"};
  const std::vector<IntentChange> ports{{marked, routed_port()}};
  const std::string commands = linux_frr::describe_change({.asn = {65001}}, ports);
  EXPECT_THAT(commands, HasSubstr("no route-map SWY-I4-"));
  EXPECT_THAT(commands, testing::Not(HasSubstr("no ip prefix-list SWY-O-")));
}

TEST(AddedPolicy, IsRefusedByTheDriverWhenNobodyJudgedIt) {
  EXPECT_FALSE(check_policy({.in = {"match ip address prefix-list ALL"}}));
  EXPECT_FALSE(check_policy({.out = {"set  metric 7"}})) << "not as the switch shows it";
}

TEST(DrainedPolicy, AsksBothSidesForAnotherPathAndKeepsWhatTheCatalogSaid) {
  const std::vector<std::string> policy{"match as-path SWY-ONE-AS", "set local-preference 100",
                                        "set community 65000:101 no-export"};
  EXPECT_THAT(drained_in(policy),
              UnorderedElementsAre("match as-path SWY-ONE-AS",
                                   "set community 65000:101 graceful-shutdown no-export",
                                   "set local-preference 0", "set as-path prepend last-as 3"));
  EXPECT_THAT(
      drained_out({"match ip address prefix-list L", "set community none"}, Asn{65001}),
      UnorderedElementsAre("match ip address prefix-list L", "set community graceful-shutdown",
                           "set as-path prepend 65001 65001 65001"));
}

}  // namespace
}  // namespace switchyard::switch_drivers::frr
