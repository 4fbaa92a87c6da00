// What the monitor calls a violation, with a model made by hand: any NOS's.
#include "tests/fakes/switch/monitor.h"

#include <gmock/gmock.h>

namespace switchyard::fakes {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using Subinterface = PortForwarding::Subinterface;

class HandMade final : public ForwardingModel {
 public:
  PortForwarding port{};
  std::vector<NeighbourView> neighbours{};
  NeighbourGuards guarded{};

  PortForwarding forwarding(const std::string& name) const override {
    return name == "p1" ? port : PortForwarding{};
  }

  void visit_neighbours(const std::function<void(const NeighbourView&)>& visit) const override {
    for (const NeighbourView& one : neighbours)
      visit(one);
  }

  std::optional<NeighbourView> neighbour(const std::string& vrf,
                                         const std::string& name) const override {
    for (const NeighbourView& one : neighbours)
      if (one.vrf == vrf && one.name == name) return one;
    return std::nullopt;
  }

  NeighbourGuards guards(const NeighbourView&) const override { return guarded; }

  bool accepts(const NeighbourView&, const Prefix&, std::uint32_t) const override { return false; }
};

class WatchedPort : public testing::Test {
 protected:
  WatchedPort() {
    // A routed port with one session as it should be.
    model_.port = {.exists = true,
                   .up = true,
                   .vrf = "quarantine",
                   .dead_end = true,
                   .tags_checked = true,
                   .subinterfaces = {{.name = "p1.101",
                                      .up = true,
                                      .vrf = "red",
                                      .dead_end = true,
                                      .source_checked = true}}};
    NeighbourView one{.vrf = "red",
                      .name = "p1.101",
                      .port = "p1",
                      .tag = 101,
                      .local_asn = 65001,
                      .remote_as = "4200000005",
                      .passes_frames = true,
                      .in_its_vrf = true};
    for (auto& family : one.families)
      family = {.active = true, .limit = NeighbourView::Limit{.prefixes = 8}};
    model_.neighbours = {one};
    model_.guarded.gtsm = true;
    for (auto& family : model_.guarded.families)
      family = {.inbound_filter = true, .outbound_filter = true};
  }

  std::vector<std::string> violations(std::set<std::string> cannot = {}) {
    Monitor monitor(std::move(cannot));
    monitor.watch("p1");
    monitor.look_at_port({model_, 100, [this](const std::string&) { return runs_; }}, "p1", "now");
    return monitor.violations();
  }

  HandMade model_{};
  CableEnd::Runs runs_{CableEnd::Runs::Tenant};
};

TEST_F(WatchedPort, IsFineAsItShouldBe) { EXPECT_THAT(violations(), IsEmpty()); }

TEST_F(WatchedPort, MayBeAnythingWhileItIsClosed) {
  model_.port.up = false;
  model_.port.vrf.clear();
  model_.guarded = {};
  EXPECT_THAT(violations(), IsEmpty());
}

TEST_F(WatchedPort, NeedsFiltersOnEverySession) {
  model_.guarded.families[1].inbound_filter = false;
  EXPECT_THAT(violations(), Contains(HasSubstr("no inbound prefix list for IPv6")));
  model_.guarded.families[1].inbound_filter = true;
  model_.guarded.families[0].accepts_default = true;
  EXPECT_THAT(violations(), Contains(HasSubstr("accepts a default route for IPv4")));
  model_.guarded.families[0] = {.inbound_filter = true};
  EXPECT_THAT(violations(), Contains(HasSubstr("no outbound filter for IPv4")));
  model_.neighbours[0].shut_down = true;
  EXPECT_THAT(violations(), IsEmpty());
}

TEST_F(WatchedPort, NeedsItsNeighbourPinnedToOneAs) {
  model_.neighbours[0].remote_as = "external";
  EXPECT_THAT(violations(), Contains(HasSubstr("accepts any AS")));
}

// What a NOS cannot do it is not asked for; filters are never excused.
TEST_F(WatchedPort, IsExcusedOnlyFromWhatIsNamed) {
  model_.port.vrf.clear();
  model_.port.tags_checked = false;
  model_.guarded.gtsm = false;
  EXPECT_THAT(violations(), testing::SizeIs(3));
  EXPECT_THAT(violations({"untagged-parent-isolation", "tag-whitelist"}),
              testing::ElementsAre(HasSubstr("no GTSM")));
  EXPECT_THAT(violations({"untagged-parent-isolation", "tag-whitelist", "gtsm"}), IsEmpty());
}

TEST_F(WatchedPort, IsNeverInABridgeWithSubinterfaces) {
  model_.port.bridged = true;
  model_.port.vlans = {200};
  EXPECT_THAT(violations(), Contains(HasSubstr("in the bridge and has subinterfaces")));
}

TEST_F(WatchedPort, ShowsTheProvisioningVlanToNoTenantAndTenantVrfsToNoInstaller) {
  runs_ = CableEnd::Runs::Installer;
  EXPECT_THAT(violations(), Contains(HasSubstr("the installer behind port p1 sees tenant VRFs")));
  model_.port = {.exists = true, .up = true, .bridged = true, .vlans = {100}, .isolated = true};
  EXPECT_THAT(violations(), IsEmpty());
  runs_ = CableEnd::Runs::Tenant;
  EXPECT_THAT(violations(), Contains(HasSubstr("sees the provisioning VLAN")));
}

}  // namespace
}  // namespace switchyard::fakes
