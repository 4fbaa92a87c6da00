#include "tests/fakes/fake_clock.h"
#include "tests/fakes/sim/site.h"
#include "tests/fakes/switch/fake_switch.h"

#include <gtest/gtest.h>

namespace switchyard::fakes {
namespace {

using namespace std::chrono_literals;

class SimulatedServer : public testing::Test {
 protected:
  void provision(FakeTor& one) {
    (void)dynamic_cast<FakeSwitch&>(one).console(
        "ip link set dev swp1 master br0; bridge vlan del dev swp1 vid 1; bridge vlan add dev swp1 "
        "vid 100 pvid untagged; "
        "bridge link set dev swp1 isolated on; ip link set dev swp1 up");
  }

  void pass(std::chrono::seconds time) {
    clock_.advance(time);
    site_.run_due();
  }

  FakeClock clock_{};
  SimulatedSite site_{
      clock_,
      {.servers = 1, .switches = 2, .boot_time = 1s, .install_time = 10s, .wipe_time = 10s}};
  FakeServer& server_{*site_.servers().front()};
};

TEST_F(SimulatedServer, ReachesTheInstallerOnlyThroughAProvisioningPort) {
  server_.set_boot_target("Pxe");
  server_.power(true);
  pass(5s);
  EXPECT_EQ(server_.state().phase, "off");
  provision(*site_.switches()[1]);
  pass(1s);
  EXPECT_EQ(server_.state().phase, "provisioning");
}

TEST_F(SimulatedServer, InstallsOnceAndRunsWhatWasInstalled) {
  EXPECT_FALSE(server_.install({.operation = "op-1"}));
  provision(*site_.switches()[0]);
  server_.set_boot_target("Pxe");
  server_.power(true);
  pass(2s);
  ASSERT_TRUE(server_.install({.operation = "op-1"}));
  ASSERT_TRUE(server_.install({.operation = "op-1"}));
  pass(5s);
  EXPECT_EQ(server_.state().progress, 50);
  pass(6s);
  EXPECT_EQ(server_.state().phase, "installed");
  server_.power(false);
  EXPECT_EQ(server_.state().phase, "off");
  server_.power(true);
  pass(2s);
  EXPECT_EQ(server_.state().phase, "running");
}

TEST_F(SimulatedServer, HasNothingToBootAfterTheWipe) {
  provision(*site_.switches()[0]);
  server_.set_boot_target("Pxe");
  server_.power(true);
  pass(2s);
  ASSERT_TRUE(server_.wipe("op-2"));
  pass(11s);
  EXPECT_EQ(server_.state().phase, "wiped");
  server_.power(false);
  server_.power(true);
  pass(2s);
  EXPECT_EQ(server_.state().phase, "failed");
}

TEST_F(SimulatedServer, TenantInTheProvisioningVlanIsAViolation) {
  provision(*site_.switches()[0]);
  server_.set_boot_target("Pxe");
  server_.power(true);
  pass(2s);
  ASSERT_TRUE(server_.install({.operation = "op-3"}));
  pass(11s);
  server_.power(false);
  EXPECT_TRUE(site_.switches()[0]->violations().empty());
  server_.power(true);  // from disk, and nobody has closed the port
  EXPECT_FALSE(site_.switches()[0]->violations().empty());
}

}  // namespace
}  // namespace switchyard::fakes
