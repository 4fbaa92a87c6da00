// In which wave a roll-out moves whom, and what of a deployment a new version changes.
#include "provisioner/waves.h"

#include "provisioner/replan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace switchyard::provisioner {
namespace {

std::vector<int> waves(std::vector<std::string> racks, int canary, int batch) {
  std::vector<WaveMember> members;
  for (const std::string& rack : racks)
    members.push_back({"dep" + std::to_string(members.size()), rack});
  assign_waves(members, canary, batch);
  std::vector<int> found;
  for (const WaveMember& member : members)
    found.push_back(member.wave);
  return found;
}

TEST(Waves, TakeCanariesOfDifferentRacksAndThenRackByRack) {
  EXPECT_EQ(waves({"a", "a", "a", "b", "b"}, 2, 2), (std::vector{1, 2, 2, 1, 3}));
}

TEST(Waves, NeverMixRacks) { EXPECT_EQ(waves({"a", "b", "c"}, 0, 10), (std::vector{1, 2, 3})); }

TEST(Waves, CutARackThatIsLargerThanABatch) {
  EXPECT_EQ(waves({"a", "a", "a", "a", "a"}, 1, 2), (std::vector{1, 2, 2, 3, 3}));
}

TEST(Waves, AreOneWhenAllAreCanaries) {
  EXPECT_EQ(waves({"a", "b"}, 10, 1), (std::vector{1, 1}));
  EXPECT_TRUE(waves({}, 1, 1).empty());
}

Plan plan() {
  return {.vrfs = {{.vrf = {"vrf-prv"},
                    .tag = VlanId{101},
                    .subnets = {"prv-a"},
                    .addresses = {*parse_ip("10.1.0.5")}}}};
}

catalogs::NetworkCatalog catalog() {
  return {.name = "x",
          .attachments = {{.vrf = {"vrf-prv"},
                           .advertise = {*parse_prefix("10.0.0.0/9")},
                           .maximum_prefix = 4,
                           .policies = {{"linux-frr", {.in = {"set metric 7"}}}}}}};
}

TEST(Replan, ChangesWhatSwitchesAreTold) {
  const auto next = replan(plan(), catalog());
  ASSERT_TRUE(next) << next.error().message;
  EXPECT_EQ(next->vrfs.front().advertise, catalog().attachments.front().advertise);
  EXPECT_EQ(next->vrfs.front().maximum_prefix, 4U);
  EXPECT_EQ(next->vrfs.front().policies.at("linux-frr").in.front(), "set metric 7");
  EXPECT_EQ(next->vrfs.front().addresses, plan().vrfs.front().addresses);
}

TEST(Replan, RefusesWhatTheServerWouldHaveToKnow) {
  const auto why = [](const catalogs::NetworkCatalog& network) {
    return replan(plan(), network).error().message;
  };
  auto other = catalog();
  other.mtu = 9000;
  EXPECT_THAT(why(other), testing::HasSubstr("the MTU is 9000 instead of 1500"));
  other = catalog();
  other.attachments.front().tag = VlanId{102};
  EXPECT_THAT(why(other), testing::HasSubstr("VRF vrf-prv has tag 102 instead of 101"));
  other = catalog();
  other.attachments.front().ipv4 = false;
  EXPECT_THAT(why(other), testing::HasSubstr("VRF vrf-prv has no IPv4 any more"));
  Plan shared = plan();
  shared.vrfs.front().anycast = {*parse_ip("10.1.0.99")};
  EXPECT_THAT(replan(shared, catalog()).error().message,
              testing::HasSubstr("VRF vrf-prv allows no anycast addresses any more"));
  other = catalog();
  other.attachments.push_back({.vrf = {"vrf-pub"}});
  EXPECT_THAT(why(other), testing::HasSubstr("VRF vrf-pub is attached, too"));
  other = catalog();
  other.attachments.front().vrf = {"vrf-pub"};
  EXPECT_THAT(why(other), testing::HasSubstr("VRF vrf-prv is not attached any more"));
}

}  // namespace
}  // namespace switchyard::provisioner
