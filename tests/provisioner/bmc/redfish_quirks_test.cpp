#include "provisioner/bmc/redfish_quirks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace switchyard::provisioner::redfish {
namespace {

using testing::ElementsAre;

System system_of(const std::string& manufacturer, BootOverride boot) {
  return {.boot = std::move(boot), .manufacturer = manufacturer};
}

const BootWish kNetwork = boot_wish(BootDevice::Network, std::nullopt);
const BootWish kNetworkUefi = boot_wish(BootDevice::Network, BootMode::Uefi);

constexpr const char* kTarget = R"({"Boot":{"BootSourceOverrideTarget":"Pxe"}})";
constexpr const char* kTargetOnce =
    R"({"Boot":{"BootSourceOverrideEnabled":"Once","BootSourceOverrideTarget":"Pxe"}})";
constexpr const char* kAllThree =
    R"({"Boot":{"BootSourceOverrideEnabled":"Once","BootSourceOverrideMode":"UEFI","BootSourceOverrideTarget":"Pxe"}})";

TEST(BootPatches, LeaveTheModeOutWhenItStays) {
  const auto same = system_of("", {.mode = "UEFI"});
  EXPECT_THAT(*boot_patches(same, kNetwork), ElementsAre(kTargetOnce, kTarget));
  EXPECT_THAT(*boot_patches(same, kNetworkUefi), ElementsAre(kTargetOnce, kTarget));
}

TEST(BootPatches, SayTheModeWhenItChangesAndNeverWithoutIt) {
  EXPECT_THAT(*boot_patches(system_of("", {.mode = "Legacy"}), kNetworkUefi),
              ElementsAre(kAllThree));
}

TEST(BootPatches, AlwaysSayTheModeToSupermicro) {
  EXPECT_THAT(*boot_patches(system_of("Supermicro", {.enabled = "Once", .mode = "UEFI"}), kNetwork),
              ElementsAre(kAllThree, kTargetOnce, kTarget));
}

TEST(BootPatches, NeverSayTheModeToHpe) {
  EXPECT_THAT(*boot_patches(system_of("HPE", {.mode = "UEFI"}), kNetworkUefi),
              ElementsAre(kTargetOnce, kTarget));
  const auto refused = boot_patches(system_of("HPE", {.mode = "Legacy"}), kNetworkUefi);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "its boot mode is Legacy and can only be changed to UEFI in the firmware's setup");
}

TEST(BootPatches, DoNotRepeatOnceToDell) {
  EXPECT_THAT(*boot_patches(system_of("Dell Inc.", {.enabled = "Once", .mode = "UEFI"}), kNetwork),
              ElementsAre(kTarget));
  EXPECT_THAT(
      *boot_patches(system_of("Dell Inc.", {.enabled = "Disabled", .mode = "UEFI"}), kNetwork),
      ElementsAre(kTargetOnce, kTarget));
}

TEST(BootPatches, AreRefusedWhenTheBmcDoesNotOfferTheWish) {
  const auto refused = boot_patches(system_of("", {.targets = {"None", "Hdd"}}), kNetwork);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::Rejected);
  EXPECT_EQ(refused.error().message, "it cannot boot from Pxe (it offers None, Hdd)");
  EXPECT_FALSE(boot_patches(system_of("", {.mode = "Legacy", .modes = {"Legacy"}}), kNetworkUefi));
}

TEST(BootDifference, IsEmptyForOnceOnly) {
  EXPECT_EQ(boot_difference(system_of("", {.target = "Pxe", .enabled = "Once"}), kNetworkUefi), "");
  EXPECT_EQ(boot_difference(system_of("", {.target = "Pxe", .enabled = "Continuous"}), kNetwork),
            "BootSourceOverrideEnabled Continuous instead of Once");
  EXPECT_EQ(boot_difference(system_of("", {.target = "Pxe", .enabled = "Once", .mode = "Legacy"}),
                            kNetworkUefi),
            "BootSourceOverrideMode Legacy instead of UEFI");
}

TEST(ResetType, IsTheFirstFittingOneThatIsOffered) {
  EXPECT_EQ(reset_type(PowerAction::On, {}), "On");
  EXPECT_EQ(reset_type(PowerAction::On, {"ForceOn", "ForceOff"}), "ForceOn");
  EXPECT_EQ(reset_type(PowerAction::On, {"PushPowerButton", "ForceOff"}), "PushPowerButton");
  EXPECT_EQ(reset_type(PowerAction::GracefulOff, {"GracefulShutdown"}), "GracefulShutdown");
}

TEST(ResetType, IsNeverAToggleForForceOff) {
  const auto refused = reset_type(PowerAction::ForceOff, {"On", "PushPowerButton"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "it has no ResetType for force-off (it offers On, PushPowerButton)");
}

}  // namespace
}  // namespace switchyard::provisioner::redfish
