#include "switch-drivers/linux-frr/requirements.h"

#include "tests/switch-drivers/intents.h"

#include <gmock/gmock.h>

namespace switchyard::switch_drivers::linux_frr {
namespace {

// check() lets it pass, because SONiC has a shorter name for it.
TEST(CheckRequirements, RefusesASubinterfaceNameThatLinuxCannotHave) {
  SwitchState observed;
  observed.links["Ethernet100"] = {.name = "Ethernet100"};
  PortIntent intent = routed_port("Ethernet100");
  intent.attachments[1].tag = VlanId{1001};
  ASSERT_TRUE(check(intent));
  intent.attachments.erase(intent.attachments.begin());
  const Status status = check_requirements(intent, observed, {.asn = Asn{65001}});
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, testing::HasSubstr("Ethernet100.1001 has more than 15"));
}

}  // namespace
}  // namespace switchyard::switch_drivers::linux_frr
