#include "switch-drivers/cumulus-nvue/policy.h"

#include <gmock/gmock.h>

namespace switchyard::switch_drivers::cumulus_nvue {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(NvuePolicy, TakesWhatMarks) {
  const JudgedPolicy judged = judge_policy(
      "# of the catalog\n"
      "nv set router policy route-map IN rule 10 set local-preference 0200\n"
      "nv set router policy route-map IN rule 10 set community 65000:0101\n"
      "nv set router policy route-map IN rule 10 set community no-export\n"
      "\n"
      "  nv set router policy route-map OUT rule 10 set metric 50\n"
      "nv set router policy route-map OUT rule 10 set as-path-prepend as 65001\n"
      "nv set router policy route-map OUT rule 10 set large-community 1:2:3\r\n"
      "nv set router policy route-map OUT rule 10 set origin egp\n");
  EXPECT_THAT(judged.faults, IsEmpty());
  EXPECT_THAT(judged.addition.in,
              ElementsAre("community 65000:101", "community no-export", "local-preference 200"));
  EXPECT_THAT(judged.addition.out, ElementsAre("as-path-prepend as 65001", "large-community 1:2:3",
                                               "metric 50", "origin egp"));
  EXPECT_TRUE(check_policy(judged.addition));
}

TEST(NvuePolicy, RefusesWhatCouldAcceptMoreOrTouchAnythingElse) {
  const std::string in = "nv set router policy route-map IN rule 10 ";
  const std::string out = "nv set router policy route-map OUT rule 10 ";
  for (const std::string& line :
       {in + "action permit",
        in + "match ip-prefix-list x",
        in + "set",
        in + "set metric",
        in + "set metric 0",
        in + "set metric x",
        in + "set metric 5 6",
        in + "set metric 4294967296",
        in + "set as-path-prepend as 65001",
        out + "set as-path-prepend as 0",
        out + "set as-path-prepend last-as 11",
        out + "set as-path-prepend 3",
        in + "set community 65536:1",
        in + "set community 65000:1:2",
        in + "set community 65000:",
        in + "set community :1",
        in + "set community *:*",
        in + "set community additive",
        in + "set large-community 1:2",
        in + "set ip-nexthop 192.0.2.1",
        in + "set origin EGP",
        std::string("nv set router policy route-map IN rule 20 set metric 5"),
        std::string("nv set router policy route-map X rule 10 set metric 5"),
        std::string("nv unset router policy route-map IN rule 10 set metric 5"),
        std::string("nv set interface swp1 link state down"),
        std::string("{}")}) {
    const JudgedPolicy judged = judge_policy("\n" + line);
    ASSERT_EQ(judged.faults.size(), 1U) << line;
    EXPECT_EQ(judged.faults[0].line, 2);
    EXPECT_THAT(judged.addition.in, IsEmpty());
    EXPECT_THAT(judged.addition.out, IsEmpty());
  }
}

TEST(NvuePolicy, RefusesWhatIsSaidTwice) {
  const std::string line = "nv set router policy route-map IN rule 10 set metric ";
  const JudgedPolicy judged = judge_policy(line + "5\n" + line + "6\n");
  ASSERT_EQ(judged.faults.size(), 1U);
  EXPECT_THAT(judged.faults[0].message, HasSubstr("twice"));
}

TEST(NvuePolicy, AnAdditionThatWasNotJudgedIsRefused) {
  for (const char* line : {"", "action permit", "metric 050", "community 1:2 3:4"})
    EXPECT_FALSE(check_policy({.in = {line}})) << line;
  EXPECT_FALSE(check_policy({.in = {"as-path-prepend as 65001"}}));
}

}  // namespace
}  // namespace switchyard::switch_drivers::cumulus_nvue
