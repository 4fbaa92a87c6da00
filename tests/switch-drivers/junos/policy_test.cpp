#include "switch-drivers/junos/policy.h"

#include <gmock/gmock.h>

namespace switchyard::switch_drivers::junos {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(JunosPolicy, TakesWhatMarksAndNarrows) {
  const JudgedPolicy judged = judge_policy(
      "# of the catalog\n"
      "set policy-statement IN then local-preference 0200\n"
      "set policy-statement IN then community add 65000:101\n"
      "set policy-statement IN then community add no-export\n"
      "set policy-statement IN from community 65000:7\n"
      "\n"
      "set policy-statement OUT then metric 50\n"
      "  set policy-statement OUT then as-path-prepend \"65001  65001\"\n");
  EXPECT_THAT(judged.faults, IsEmpty());
  EXPECT_THAT(judged.addition.in,
              ElementsAre("from community 65000:7", "then community add 65000:101",
                          "then community add no-export", "then local-preference 200"));
  EXPECT_THAT(judged.addition.out,
              ElementsAre("then as-path-prepend \"65001 65001\"", "then metric 50"));
  EXPECT_TRUE(check_policy(judged.addition));
}

TEST(JunosPolicy, RefusesWhatCouldAcceptMoreOrTouchAnythingElse) {
  for (const char* line :
       {"set policy-statement IN then accept",
        "set policy-statement IN then next policy",
        "set policy-statement IN term 5 then accept",
        "set policy-statement X then metric 5",
        "set interfaces et-0/0/1 disable",
        "delete policy-statement IN",
        "set policy-statement IN from prefix-list x",
        "set policy-statement IN then metric",
        "set policy-statement IN then metric 5 accept",
        "set policy-statement IN then metric x",
        "set policy-statement IN then metric 4294967296",
        "set policy-statement IN then as-path-prepend 65001",
        "set policy-statement OUT then as-path-prepend \"\"",
        "set policy-statement OUT then as-path-prepend \"1 2 3 4 5 6 7 8 9 10 11\"",
        "set policy-statement OUT then as-path-prepend \"65001",
        "set policy-statement IN then "
        "community delete 65000:1",
        "set policy-statement IN then community add *:*",
        "set policy-statement IN then community add 65536:1",
        "set policy-statement IN then community add \"65000:1 65000:2\"",
        "set policy-statement IN then origin EGP",
        "policy-statement IN {",
        "}"}) {
    const JudgedPolicy judged = judge_policy(std::string("\n") + line);
    ASSERT_EQ(judged.faults.size(), 1U) << line;
    EXPECT_EQ(judged.faults[0].line, 2);
    EXPECT_THAT(judged.addition.in, IsEmpty());
    EXPECT_THAT(judged.addition.out, IsEmpty());
  }
}

TEST(JunosPolicy, RefusesWhatIsSaidTwice) {
  const JudgedPolicy judged = judge_policy(
      "set policy-statement IN then metric 5\nset policy-statement IN then metric 6\n");
  ASSERT_EQ(judged.faults.size(), 1U);
  EXPECT_EQ(judged.faults[0].line, 2);
  EXPECT_THAT(judged.faults[0].message, HasSubstr("twice"));
}

TEST(JunosPolicy, AnAdditionThatWasNotJudgedIsInvalid) {
  EXPECT_FALSE(check_policy({.in = {"then accept"}}));
  EXPECT_FALSE(check_policy({.in = {"then metric 05"}}));
  EXPECT_FALSE(check_policy({.in = {"then as-path-prepend \"65001\""}}));
  EXPECT_FALSE(check_policy({.out = {""}}));
}

}  // namespace
}  // namespace switchyard::switch_drivers::junos
