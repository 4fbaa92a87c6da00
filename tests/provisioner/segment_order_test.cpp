// Orders for servers whose ports are in VLANs, with nothing routed.
#include "catalogs/shipped.h"
#include "provisioner/replan.h"
#include "tests/provisioner/life_fixture.h"

#include <gmock/gmock.h>

namespace switchyard::provisioner {
namespace {

using switch_drivers::PortIntent;
using switch_drivers::PortMode;
using testing::ElementsAre;
using testing::HasSubstr;

class SegmentOrder : public LifeFixture {
 protected:
  // The shipped catalog with these VLANs.
  Result<CatalogView> push(const std::string& vlans) {
    auto files = catalogs::shipped_as("l2-segment", "l2-segment");
    std::string& yaml = files["catalog.yaml"];
    const std::string there = "{untagged: 301}";
    const auto at = yaml.find(there);
    EXPECT_NE(at, std::string::npos) << yaml;
    yaml.replace(at, there.size(), vlans);
    auto pushed = site_.service->push_catalog("eva", files, Mode::Real);
    if (!pushed) return pushed;
    return site_.service->publish_catalog("eva", pushed->name, pushed->version, Mode::Real);
  }

  DeployRequest order() const {
    DeployRequest order = site_.order();
    order.catalog = "l2-segment";
    order.subnets.clear();
    return order;
  }

  DeploymentView deploy_by(const std::string& vlans) {
    const auto pushed = push(vlans);
    EXPECT_TRUE(pushed) << pushed.error().message;
    const auto ordered = site_.service->deploy({}, order());
    EXPECT_TRUE(ordered) << ordered.error().message;
    return ordered.value_or(DeploymentView{});
  }

  std::string refusal(const DeployRequest& order) {
    const auto refused = site_.service->plan_deploy({}, order);
    return refused ? "accepted" : refused.error().message;
  }

  std::string installed(const std::string& path) {
    for (const HostFile& file : site_.server.ordered.files)
      if (file.path == path) return file.content;
    return "no " + path;
  }

  // Imports a catalog of the inventory file beside those there are.
  Status import_catalog(const std::string& catalog) {
    const std::string inventory = SimulatedSite::inventory_with(
        "network_catalogs:\n", "network_catalogs:\n  - " + catalog + "\n");
    return site_.service->import_inventory("site.yaml", inventory, Mode::Real).map([](const auto&) {
    });
  }
};

TEST_P(SegmentOrder, PutsBothPortsIntoItsVlansAndBack) {
  const DeploymentView ordered = deploy_by("{untagged: 301, tagged: [303, 302]}");
  EXPECT_TRUE(ordered.addresses.empty());
  EXPECT_TRUE(ends(ordered.operation, "succeeded"));
  for (const char* name : {"tor1", "tor2"}) {
    const PortIntent& port = site_.switches[name].ports["swp1"];
    EXPECT_EQ(port.mode, PortMode::Segment);
    EXPECT_EQ(port.owner, ordered.id);
    EXPECT_EQ(port.mtu, 1500);
    EXPECT_EQ(port.untagged, VlanId{301});
    EXPECT_THAT(port.tagged, ElementsAre(VlanId{302}, VlanId{303}));
    EXPECT_TRUE(port.attachments.empty());
    EXPECT_TRUE(port.services.empty());
  }
  const auto released = site_.service->release({}, ordered.id, std::nullopt, Mode::Real);
  ASSERT_TRUE(released) << released.error().message;
  EXPECT_TRUE(ends(released->id, "succeeded"));
  EXPECT_EQ(site_.server_state(), "available");
  for (const char* name : {"tor1", "tor2"}) {
    EXPECT_EQ(site_.mode(name), PortMode::Provisioning);
    EXPECT_TRUE(site_.switches[name].ports["swp1"].tagged.empty());
  }
}

TEST_P(SegmentOrder, GivesTheServerABondWithADeviceForEachTag) {
  EXPECT_TRUE(ends(deploy_by("{untagged: 301, tagged: [302]}").operation, "succeeded"));
  EXPECT_THAT(installed("/etc/network/interfaces"),
              HasSubstr("\niface bond0 inet dhcp\n    mtu 1500\n    bond-slaves eth1 eth2\n"
                        "    bond-mode active-backup\n"));
  EXPECT_THAT(installed("/etc/systemd/network/20-bond0.network"),
              HasSubstr("DHCP=yes\nVLAN=bond0.302\n"));
  EXPECT_THAT(installed("/etc/systemd/network/20-eth2.network"), HasSubstr("\nBond=bond0\n"));
  EXPECT_THAT(installed("/etc/systemd/network/10-bond0.302.netdev"), HasSubstr("\nId=302\n"));
  EXPECT_EQ(installed("/etc/frr/frr.conf"), "no /etc/frr/frr.conf");
}

TEST_P(SegmentOrder, AsksForNoAddressOnATrunk) {
  EXPECT_TRUE(ends(deploy_by("{tagged: [302]}").operation, "succeeded"));
  EXPECT_FALSE(site_.switches["tor1"].ports["swp1"].untagged);
  EXPECT_THAT(installed("/etc/network/interfaces"), HasSubstr("\niface bond0\n"));
  EXPECT_THAT(installed("/etc/systemd/network/20-bond0.network"),
              HasSubstr("LinkLocalAddressing=no\n"));
}

TEST_P(SegmentOrder, OpensNoPortWhenOneSwitchRefuses) {
  site_.switches["tor2"].refused_modes = {PortMode::Segment};
  const DeploymentView ordered = deploy_by("{untagged: 301}");
  EXPECT_TRUE(ends(ordered.operation, "failed"));
  for (const char* name : {"tor1", "tor2"})
    EXPECT_EQ(site_.mode(name), PortMode::Shut);
}

TEST_P(SegmentOrder, ShowsItsVlans) {
  const auto pushed = push("{untagged: 301, tagged: [302]}");
  ASSERT_TRUE(pushed) << pushed.error().message;
  ASSERT_TRUE(pushed->segment);
  EXPECT_TRUE(pushed->attachments.empty());
  EXPECT_EQ(pushed->segment->untagged, 301);
  EXPECT_THAT(pushed->segment->tagged, ElementsAre(302));
}

TEST_P(SegmentOrder, IsRefusedWithASubnet) {
  ASSERT_TRUE(push("{untagged: 301}"));
  DeployRequest with_subnet = order();
  with_subnet.subnets["vrf-prv"] = {"prv-a"};
  EXPECT_EQ(refusal(with_subnet), "catalog l2-segment attaches no VRF, so not VRF vrf-prv");
  EXPECT_EQ(refusal(order()), "accepted");
}

TEST_P(SegmentOrder, IsRefusedTheProvisioningVlan) {
  const std::string why = "VLAN 100 of catalog l2-segment is the site's provisioning VLAN";
  for (const char* vlans : {"{untagged: 100}", "{untagged: 301, tagged: [100]}"}) {
    const auto refused = push(vlans);
    ASSERT_FALSE(refused) << vlans;
    EXPECT_EQ(refused.error().code, Errc::Invalid);
    EXPECT_THAT(refused.error().message, HasSubstr(why));
  }
  // One that came another way, or before the site's VLAN was changed.
  const Status imported = import_catalog("{name: l2-segment, segment: {tagged: [100]}}");
  ASSERT_TRUE(imported) << imported.error().message;
  EXPECT_THAT(refusal(order()), HasSubstr(why));
}

TEST_P(SegmentOrder, IsRefusedInAnInventoryFileWithVrfsToo) {
  const Status refused =
      import_catalog("{name: both, segment: {untagged: 301}, attachments: [{vrf: vrf-prv}]}");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("a port has VLANs or VRFs, not both"));
}

TEST_P(SegmentOrder, KeepsItsVlansInARollOut) {
  EXPECT_TRUE(ends(deploy_by("{untagged: 301}").operation, "succeeded"));
  ASSERT_TRUE(push("{untagged: 302}"));
  const auto refused = site_.service->start_rollout({}, {.catalog = "l2-segment"}, Mode::Real);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::Conflict);
  EXPECT_THAT(refused.error().message,
              HasSubstr("VLAN 302 instead of VLAN 301; a server gets that when it is installed "
                        "anew"));
}

TEST(PlanJson, KeepsASegmentAndReadsPlansOfBeforeThereWasAny) {
  const Plan trunk{.segment = catalogs::Segment{.untagged = VlanId{301}, .tagged = {{302}}}};
  const auto read = parse_plan(to_json_text(trunk));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->segment, trunk.segment);
  const auto old = parse_plan(to_json_text(Plan{}));
  ASSERT_TRUE(old) << old.error().message;
  EXPECT_FALSE(old->segment);
}

TEST(NetworkCatalogJson, KeepsASegment) {
  const catalogs::NetworkCatalog trunk{.name = "l2",
                                       .segment = catalogs::Segment{.tagged = {{302}, {303}}}};
  const auto read = catalogs::parse_network_catalog(catalogs::to_json_text(trunk));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, trunk);
}

TEST(ReplanSegment, LetsAServerBecomeNoOtherKind) {
  const auto why = [](const Plan& plan, const catalogs::NetworkCatalog& network) {
    const auto next = replan(plan, network);
    return next ? "accepted" : next.error().message;
  };
  const Plan access{.segment = catalogs::Segment{.untagged = VlanId{301}}};
  catalogs::NetworkCatalog network{.name = "x", .segment = access.segment};
  EXPECT_EQ(why(access, network), "accepted");
  EXPECT_THAT(why(Plan{}, network), HasSubstr("VLAN 301 instead of VRFs"));
  network.segment.reset();
  EXPECT_THAT(why(access, network), HasSubstr("VRFs are attached instead of VLAN 301"));
}

INSTANTIATE_TEST_SUITE_P(Databases, SegmentOrder, testing::ValuesIn(db::backends_under_test()),
                         db::name_of);

}  // namespace
}  // namespace switchyard::provisioner
