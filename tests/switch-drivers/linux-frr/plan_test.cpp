#include "switch-drivers/linux-frr/plan.h"

#include "switch-drivers/linux-frr/wish.h"
#include "tests/switch-drivers/intents.h"
#include "tests/switch-drivers/linux-frr/replay.h"

#include <gmock/gmock.h>

namespace switchyard::switch_drivers::linux_frr {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const WishContext kContext{.asn = Asn{65001},
                           .bridge = "br0",
                           .quarantine = "vrf-quarantine",
                           .port_mtu = 1504,
                           .port_max_mtu = 9216};

PortState state_of(const PortIntent& intent) { return wished_state(intent, kContext); }

PortPlan plan(const PortState& from, const PortState& to) {
  return plan_port(
      from, to,
      {.shared_present = from.frr_shared, .default_pvid = 1, .quarantine = "vrf-quarantine"});
}

std::string script(const PortPlan& plan) {
  const Phases phases = merge({plan});
  std::vector<Command> commands = closed_commands(phases);
  for (Command& command : opening_commands(phases))
    commands.push_back(std::move(command));
  for (Command& command : clearing_commands(phases))
    commands.push_back(std::move(command));
  return as_text(commands);
}

std::size_t position(const std::string& text, std::string_view part) {
  const std::size_t at = text.find(part);
  EXPECT_NE(at, std::string::npos) << part << " in\n" << text;
  return at;
}

TEST(Plan, FromAnyModeToItselfIsEmpty) {
  for (const PortIntent& intent :
       {shut_port(), provisioning_port(), limited_port(), routed_port(), segment_port()}) {
    EXPECT_TRUE(plan(state_of(intent), state_of(intent)).empty());
  }
}

struct Change {
  std::string name{};
  PortIntent from{};
  PortIntent to{};
};

TEST(Plan, IsGoldenForEveryPairOfModes) {
  const std::map<std::string, PortIntent> modes{{"shut", shut_port()},
                                                {"provisioning", provisioning_port()},
                                                {"limited", limited_port()},
                                                {"routed", routed_port()},
                                                {"segment", segment_port()}};
  for (const auto& [from, from_intent] : modes) {
    for (const auto& [to, to_intent] : modes) {
      if (from == to) continue;
      expect_golden("plan_" + from + "_" + to + ".txt",
                    script(plan(state_of(from_intent), state_of(to_intent))));
    }
  }
}

TEST(Plan, ChangesOfModeCloseFirstAndOpenLast) {
  for (const PortIntent& from : {provisioning_port(), routed_port(), segment_port()}) {
    for (const PortIntent& to : {provisioning_port(), routed_port(), segment_port()}) {
      if (from.mode == to.mode) continue;
      const PortPlan change = plan(state_of(from), state_of(to));
      EXPECT_TRUE(change.through_shut);
      EXPECT_THAT(change.close, ElementsAre("link set dev swp1 down"));
      ASSERT_FALSE(change.open.empty());
      EXPECT_EQ(change.open.front(), "link set dev swp1 up");
    }
  }
}

TEST(Plan, FiltersComeBeforeWhatTheyFilterAndGoAfterIt) {
  const std::string deploy = script(plan(state_of(provisioning_port()), state_of(routed_port())));
  const std::size_t neighbor = position(deploy, "neighbor swp1.101 interface");
  EXPECT_LT(position(deploy, "ip prefix-list SWY-P-swp1.101 seq 65000 deny any"), neighbor);
  EXPECT_LT(position(deploy, "ip prefix-list SWY-P-swp1.101 seq 5"), neighbor);
  EXPECT_LT(position(deploy, "route-map SWY-I4"), neighbor);
  EXPECT_LT(position(deploy, "prefix-list SWY-NOTHING in"), neighbor);
  EXPECT_LT(position(deploy, "filter replace dev swp1.101"),
            position(deploy, "link set dev swp1 up"));
  const std::string release = script(plan(state_of(routed_port()), state_of(provisioning_port())));
  EXPECT_LT(position(release, "no neighbor swp1.101 interface"),
            position(release, "no ip prefix-list SWY-P-swp1.101"));
  EXPECT_LT(position(release, "no neighbor swp1.101 interface"),
            position(release, "link set dev swp1 down"));
  EXPECT_LT(position(release, "link delete dev swp1.101"),
            position(release, "no interface swp1.101"));
  EXPECT_LT(position(release, "link set dev swp1.101 master vrf-quarantine"),
            position(release, "link delete dev swp1.101"));
}

TEST(Plan, NamesNoOtherPort) {
  for (const PortIntent& from : {shut_port(), provisioning_port(), routed_port(), segment_port()}) {
    for (const PortIntent& to : {shut_port(), provisioning_port(), routed_port(), segment_port()}) {
      const std::string text = script(plan(state_of(from), state_of(to)));
      for (const char* other : {"swp2", "swp10", "up1", "eth0"})
        EXPECT_THAT(text, Not(HasSubstr(other)));
    }
  }
}

TEST(Plan, RepairsInPlaceWithoutTouchingTheLink) {
  PortState drifted = state_of(routed_port());
  drifted.frr.erase({"ip prefix-list SWY-P-swp1.101 seq 65000 deny any"});
  drifted.frr.insert({"ip prefix-list SWY-P-swp1.101 seq 7 permit 10.1.0.6/32"});
  drifted.frr.insert({"router bgp 65001 vrf vrf-prv", "", "neighbor swp1.101 shutdown"});
  drifted.subinterfaces.at("swp1.201").addresses = {"192.0.2.1/24"};
  const PortPlan repair = plan(drifted, state_of(routed_port()));
  EXPECT_FALSE(repair.through_shut);
  EXPECT_THAT(repair.close, IsEmpty());
  EXPECT_THAT(repair.open, IsEmpty());
  expect_golden("repair_drift.txt", script(repair));
}

// FRR keeps no copy of what it refused: what must be lost is lost with the session, and the session
// in the other VRF is left alone.
TEST(Plan, AsksAgainWhenMoreIsPermittedAndResetsOnlyWhatMayLoseARoute) {
  PortIntent fewer = routed_port();
  fewer.attachments[0].accept = {prefix("fd10:1::5/128")};
  const PortPlan wider = plan(state_of(fewer), state_of(routed_port()));
  EXPECT_THAT(wider.resets, IsEmpty());
  ASSERT_EQ(wider.soft_clears.size(), 1U);
  EXPECT_EQ(wider.soft_clears[0].interface, "swp1.101");
  const PortPlan narrower = plan(state_of(routed_port()), state_of(fewer));
  EXPECT_THAT(narrower.soft_clears, IsEmpty());
  ASSERT_EQ(narrower.resets.size(), 1U);
  EXPECT_EQ(narrower.resets[0].interface, "swp1.101");
}

TEST(Plan, AnotherHostRouteInPlaceOfTheOldOneResets) {
  PortIntent other = routed_port();
  other.attachments[0].accept = {prefix("10.1.0.7/32"), prefix("fd10:1::5/128")};
  EXPECT_EQ(plan(state_of(routed_port()), state_of(other)).resets.size(), 1U);
}

TEST(Plan, DrainingASessionLeavesItUp) {
  PortIntent drained = routed_port();
  drained.attachments[0].drained = true;
  const PortPlan away = plan(state_of(routed_port()), state_of(drained));
  EXPECT_FALSE(away.through_shut);
  EXPECT_THAT(away.resets, IsEmpty());
  ASSERT_EQ(away.soft_clears.size(), 1U);
  EXPECT_EQ(away.soft_clears[0].interface, "swp1.101");
  expect_golden("plan_routed_drained.txt", script(away));
  const PortPlan back = plan(state_of(drained), state_of(routed_port()));
  EXPECT_THAT(back.resets, IsEmpty());
  EXPECT_EQ(back.soft_clears.size(), 1U);
  expect_golden("plan_drained_routed.txt", script(back));
  // Who must lose a route does, drained or not.
  drained.attachments[0].accept.pop_back();
  EXPECT_EQ(plan(state_of(routed_port()), state_of(drained)).resets.size(), 1U);
}

TEST(Plan, AnotherVrfLeavesTheSessionInTheFirstUp) {
  PortIntent one = routed_port();
  one.attachments.pop_back();
  const PortPlan wider = plan(state_of(one), state_of(routed_port()));
  EXPECT_THAT(wider.resets, IsEmpty());
  EXPECT_THAT(wider.soft_clears, IsEmpty());
}

TEST(Plan, AnotherAsnReplacesTheOldOneInPlace) {
  PortIntent other = routed_port();
  for (Attachment& attachment : other.attachments)
    attachment.server_asn = Asn{4200000009};
  const std::string text = script(plan(state_of(routed_port()), state_of(other)));
  EXPECT_THAT(text, HasSubstr("neighbor swp1.101 remote-as 4200000009"));
  EXPECT_THAT(text, Not(HasSubstr("no neighbor")));
}

TEST(Plan, AnotherAdvertisedSetMovesTheNeighborToAnotherGroup) {
  PortIntent other = routed_port();
  other.attachments[0].advertise = {prefix("172.16.0.0/12")};
  const PortState from = state_of(routed_port());
  const PortState to = state_of(other);
  const PortPlan change = plan(from, to);
  EXPECT_FALSE(change.through_shut);
  const std::string text = script(change);
  EXPECT_LT(position(text, "no neighbor swp1.101 interface"),
            position(text, "neighbor swp1.101 interface v6only"));
  EXPECT_THAT(text, Not(HasSubstr("neighbor swp1.201")));
}

TEST(Plan, AnotherPvidGoesThroughShutAndAnExtraVlanDoesNot) {
  PortIntent other = segment_port();
  other.untagged = VlanId{300};
  EXPECT_TRUE(plan(state_of(segment_port()), state_of(other)).through_shut);
  PortState drifted = state_of(provisioning_port());
  drifted.bridge->vlans[999] = {};
  const PortPlan repair = plan(drifted, state_of(provisioning_port()));
  EXPECT_FALSE(repair.through_shut);
  EXPECT_THAT(repair.bridge, ElementsAre("vlan del dev swp1 vid 999"));
}

TEST(Plan, ForeignFiltersGoBehindAGate) {
  PortState drifted = state_of(provisioning_port());
  drifted.filters.insert({.preference = 5, .handle = 1, .protocol = "all", .action = "pass"});
  const PortPlan repair = plan(drifted, state_of(provisioning_port()));
  ASSERT_EQ(repair.tc.size(), 4U);
  EXPECT_THAT(repair.tc[1], HasSubstr("pref 1 handle 1 protocol all flower action drop"));
  EXPECT_THAT(repair.tc[2], HasSubstr("filter del dev swp1 ingress pref 5"));
  EXPECT_THAT(repair.tc[3], HasSubstr("filter del dev swp1 ingress pref 1 "));
}

TEST(Plan, ManyPortsMakeASharedObjectOnce) {
  std::vector<PortPlan> plans;
  for (int i = 1; i <= 48; ++i) {
    const std::string name = "swp" + std::to_string(i);
    plans.push_back(plan(state_of(shut_port(name)), state_of(routed_port(name))));
  }
  const std::string text = merge(plans).frr_add;
  std::size_t count = 0;
  for (std::size_t at = text.find("ttl-security"); at != std::string::npos;
       at = text.find("ttl-security", at + 1))
    ++count;
  EXPECT_EQ(count, 2U);  // one group a VRF
  EXPECT_LT(text.find("ip prefix-list SWY-P-swp48.101"), text.find("neighbor swp1.101 interface"));
}

TEST(UnusedObjects, AreThoseNoRemainingPortNeeds) {
  const PortState one = state_of(routed_port("swp1"));
  EXPECT_THAT(unused_objects(objects_of(one.frr_shared), needs_of(one.frr)), IsEmpty());
  EXPECT_THAT(
      unused_objects(objects_of(one.frr_shared), needs_of(state_of(routed_port("swp2")).frr)),
      IsEmpty());
  const auto objects = unused_objects(objects_of(one.frr_shared), {});
  EXPECT_THAT(objects, Contains("ip prefix-list SWY-NOTHING"));
  expect_golden("remove_all_shared.txt", render_frr(remove_objects(objects)));
}

}  // namespace
}  // namespace switchyard::switch_drivers::linux_frr
