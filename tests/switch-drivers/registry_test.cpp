#include "switch-drivers/registry.h"

#include <gmock/gmock.h>

namespace switchyard::switch_drivers {
namespace {

TEST(Registry, MakesADriverForEveryNameItLists) {
  for (const std::string& nos : known_nos()) {
    const auto driver =
        make_driver(nos, {.name = "tor1", .address = "192.0.2.1"}, {.asn = Asn{65001}});
    ASSERT_TRUE(driver) << nos;
    EXPECT_FALSE((*driver)->capabilities().empty());
  }
}

TEST(Registry, ListsWhatItKnowsWhenItDoesNot) {
  const auto driver = make_driver("vms", {.name = "tor1"}, {});
  ASSERT_FALSE(driver);
  EXPECT_EQ(driver.error().code, Errc::Invalid);
  EXPECT_THAT(driver.error().message,
              testing::AllOf(testing::HasSubstr("tor1"), testing::HasSubstr("linux-frr")));
}

TEST(Registry, EveryMissingCapabilitySaysWhy) {
  for (const std::string& nos : known_nos()) {
    const auto driver = make_driver(nos, {.name = "tor1"}, {});
    for (const Capability& capability : (*driver)->capabilities()) {
      EXPECT_TRUE(capability.supported || !capability.limitation.empty()) << capability.name;
    }
  }
}

TEST(Registry, DoesNotConnectWithoutAPinnedHostKey) {
  const auto driver =
      make_driver("linux-frr", {.name = "tor1", .address = "127.0.0.1", .port = 1}, {});
  const auto facts = (*driver)->probe();
  ASSERT_FALSE(facts);
  EXPECT_EQ(facts.error().code, Errc::Rejected);
  EXPECT_THAT(facts.error().message, testing::HasSubstr("host key"));
}

}  // namespace
}  // namespace switchyard::switch_drivers
