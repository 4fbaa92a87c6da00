#include "switch-drivers/linux-frr/difference.h"

#include "switch-drivers/linux-frr/wish.h"
#include "tests/switch-drivers/intents.h"

#include <gmock/gmock.h>

namespace switchyard::switch_drivers::linux_frr {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const WishContext kContext{.asn = Asn{65001}, .bridge = "br0", .quarantine = "vrf-quarantine"};

TEST(Difference, PairsOneValueWithAnother) {
  EXPECT_THAT(
      difference({{"link swp1 mtu", "1504"}, {"a", "x"}}, {{"link swp1 mtu", "1500"}, {"a", "x"}}),
      ElementsAre(Difference{"link swp1 mtu", "1504", "1500"}));
}

TEST(Difference, ListsWhatIsMissingBeforeWhatIsTooMuch) {
  EXPECT_THAT(difference({{"frr", "a"}, {"frr", "b"}}, {{"frr", "c"}}),
              ElementsAre(Difference{"frr", "a", ""}, Difference{"frr", "b", ""},
                          Difference{"frr", "", "c"}));
}

TEST(CompareStates, AMissingFileIsOneDifference) {
  const PortState wished = wished_state(routed_port(), kContext);
  PortState observed = wished;
  observed.snippet.reset();
  const PortReport report = compare_states(wished, observed);
  EXPECT_THAT(report.running, IsEmpty());
  EXPECT_THAT(report.saved,
              ElementsAre(Difference{"saved interfaces of swp1",
                                     "/etc/network/interfaces.d/switchyard-swp1.conf", ""}));
}

TEST(CompareStates, APortDoesNotAnswerForOtherVrfs) {
  const PortState wished = wished_state(routed_port(), kContext);
  PortState observed = wished;
  observed.dead_ends.insert("vrf-other v4");
  EXPECT_TRUE(compare_states(wished, observed).equal());
  observed.dead_ends.erase("vrf-prv v6");
  EXPECT_FALSE(compare_states(wished, observed).equal());
}

TEST(CompareStates, ShowsTextFromASwitchOnOneLine) {
  PortState observed = wished_state(shut_port(), kContext);
  observed.alias = "a\nb";
  const PortReport report = compare_states(wished_state(shut_port(), kContext), observed);
  ASSERT_EQ(report.running.size(), 1U);
  EXPECT_EQ(report.running[0].observed, "a?b");
}

}  // namespace
}  // namespace switchyard::switch_drivers::linux_frr
