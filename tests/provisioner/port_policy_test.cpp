#include "provisioner/port_policy.h"

#include <gtest/gtest.h>

namespace switchyard::provisioner {
namespace {

using switch_drivers::PortMode;

const std::vector<NicRecord> kNics{
    {.server = "s1", .name = "eth1", .switch_name = "tor1", .port = "swp7"},
    {.server = "s1", .name = "eth2", .switch_name = "tor2", .port = "swp8"}};

DeploymentRecord deployment() {
  return {.id = "dep-1",
          .plan = {.vrfs = {{.vrf = {"pub"},
                             .tag = {201},
                             .addresses = {*parse_ip("203.0.113.5")},
                             .advertise = {*parse_prefix("0.0.0.0/0"), *parse_prefix("::/0")}},
                            {.vrf = {"prv"},
                             .tag = {101},
                             .addresses = {*parse_ip("10.1.0.5"), *parse_ip("fd10::5")}}}},
          .asn = {4200000005U}};
}

TEST(PortPolicy, GivesEveryLinkTheSamePortButItsName) {
  const auto wishes = routed_wishes(kNics, deployment());
  ASSERT_EQ(wishes.size(), 2U);
  EXPECT_EQ(wishes[0].intent.port, "swp7");
  EXPECT_EQ(wishes[1].switch_name, "tor2");
  EXPECT_EQ(wishes[0].intent.attachments, wishes[1].intent.attachments);
}

TEST(PortPolicy, AcceptsExactlyTheHostRoutesOfEachVrf) {
  const auto intent = routed_wishes(kNics, deployment())[0].intent;
  ASSERT_EQ(intent.attachments.size(), 2U);
  EXPECT_EQ(intent.attachments[0].tag, VlanId{101});
  EXPECT_EQ(intent.attachments[0].accept,
            (std::vector{*parse_prefix("10.1.0.5/32"), *parse_prefix("fd10::5/128")}));
  EXPECT_EQ(intent.attachments[1].accept, std::vector{*parse_prefix("203.0.113.5/32")});
}

TEST(PortPolicy, AdvertisesNothingOfAFamilyTheServerDoesNotHave) {
  const auto intent = routed_wishes(kNics, deployment())[0].intent;
  EXPECT_EQ(intent.attachments[1].advertise, std::vector{*parse_prefix("0.0.0.0/0")});
}

TEST(PortPolicy, EveryWishPassesTheDriversCheck) {
  for (const auto& wishes : {shut_wishes(kNics, "dep-1"),
                             provisioning_wishes(kNics, Site{.provisioning = VlanId{100}}, ""),
                             routed_wishes(kNics, deployment())})
    for (const PortWish& wish : wishes) {
      const Status checked = switch_drivers::check(wish.intent);
      EXPECT_TRUE(checked) << checked.error().message;
    }
}

TEST(PortPolicy, LimitsAServerInProvisioningToTheServicesOfTheSite) {
  const Site site{.services = {*parse_ip("172.16.100.1")}};
  for (const PortWish& wish : provisioning_wishes(kNics, site, ""))
    EXPECT_EQ(wish.intent.services, site.services);
}

TEST(PortPolicy, KeepsAShutPortOffEveryVlan) {
  const auto intent = shut_wishes(kNics, "dep-1")[0].intent;
  EXPECT_EQ(intent.mode, PortMode::Shut);
  EXPECT_FALSE(intent.untagged);
  EXPECT_TRUE(intent.attachments.empty());
}

}  // namespace
}  // namespace switchyard::provisioner
