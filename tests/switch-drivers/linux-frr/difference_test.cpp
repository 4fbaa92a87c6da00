#include "switch-drivers/linux-frr/difference.h"

#include "switch-drivers/linux-frr/wish.h"
#include "tests/switch-drivers/intents.h"

#include <gmock/gmock.h>

#include <functional>

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

struct Part {
  std::string name{};
  std::function<void(PortState&)> change{};
  bool running{};
};

// Ports that are as wished are found without making a fact of them, so no part may be forgotten.
TEST(CompareStates, EveryPartOfAPortCounts) {
  const std::vector<Part> parts{
      {"exists", [](PortState& s) { s.exists = false; }, true},
      {"up", [](PortState& s) { s.up = false; }, true},
      {"master", [](PortState& s) { s.master = "br0"; }, true},
      {"alias", [](PortState& s) { s.alias = "somebody"; }, true},
      {"mtu", [](PortState& s) { ++s.mtu; }, true},
      {"addresses", [](PortState& s) { s.addresses = {"192.0.2.1/24"}; }, true},
      {"bridge", [](PortState& s) { s.bridge = BridgePort{}; }, true},
      {"filters", [](PortState& s) { s.filters.erase(s.filters.begin()); }, true},
      {"subinterfaces", [](PortState& s) { s.subinterfaces.erase("swp1.101"); }, true},
      {"subinterface", [](PortState& s) { s.subinterfaces["swp1.101"].up = false; }, true},
      {"frr", [](PortState& s) { s.frr.erase(s.frr.begin()); }, true},
      {"frr shared", [](PortState& s) { s.frr_shared.erase(s.frr_shared.begin()); }, true},
      {"dead ends", [](PortState& s) { s.dead_ends.clear(); }, true},
      {"saved frr", [](PortState& s) { s.saved_frr.erase(s.saved_frr.begin()); }, false},
      {"snippet", [](PortState& s) { s.snippet = "# other\n"; }, false}};
  const PortState wished = wished_state(routed_port(), kContext);
  EXPECT_TRUE(runs_as_wished(wished, wished));
  EXPECT_TRUE(is_saved_as_wished(wished, wished));
  for (const Part& part : parts) {
    PortState observed = wished;
    part.change(observed);
    const PortReport report = compare_states(wished, observed);
    EXPECT_EQ(report.running.empty(), !part.running) << part.name;
    EXPECT_EQ(report.saved.empty(), part.running) << part.name;
    EXPECT_EQ(runs_as_wished(wished, observed), !part.running) << part.name;
    EXPECT_EQ(is_saved_as_wished(wished, observed), part.running) << part.name;
  }
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
