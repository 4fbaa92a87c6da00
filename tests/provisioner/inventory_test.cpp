#include "provisioner/inventory.h"

#include <gtest/gtest.h>

namespace switchyard::provisioner {
namespace {

const std::string kGood = R"(vrfs:
  - {name: vrf-prv, tag: 101}
  - {name: vrf-pub, tag: 201}
subnets:
  - {name: prv-a, vrf: vrf-prv, prefix: 10.1.0.0/24, project: demo}
network_catalogs:
  - name: l3-dual
    attachments:
      - {vrf: vrf-prv, advertise: [10.0.0.0/8]}
images:
  - {name: debian-12}
switches:
  - name: tor1
    nos: linux-frr
    address: 127.0.0.1
    password: secret
    host_key: "SHA256:abc"
    asn: 65001
    vrfs: [vrf-prv, vrf-pub]
    ports:
      - {name: swp1, role: server}
      - {name: up1, role: uplink}
vantage_points:
  - name: spine1
    address: 192.0.2.21
    key_file: /etc/switchyard/spine1
    host_key: "SHA256:spine"
    vrfs: [{vrf: vrf-prv, device: vrf-prv}, {vrf: vrf-pub, device: eth0.201}]
servers:
  - name: srv1
    bmc: {type: simulated, url: "http://127.0.0.1:1/redfish/v1/Systems/srv1"}
    nics:
      - {name: eth1, mac: "02:00:00:00:00:01", switch: tor1, port: swp1}
)";

std::vector<std::string> problems_of(const std::string& text) {
  yaml::Problems problems;
  static_cast<void>(parse_inventory("site.yaml", text, problems));
  std::vector<std::string> lines;
  for (const yaml::Problem& problem : problems.list())
    lines.push_back(yaml::to_string(problem));
  return lines;
}

std::string with(const std::string& from, const std::string& to) {
  std::string text = kGood;
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Inventory, ReadsAWholeSite) {
  yaml::Problems problems;
  const Inventory inventory = parse_inventory("site.yaml", kGood, problems);
  EXPECT_TRUE(problems.empty()) << (problems.empty() ? "" : problems.as_error().message);
  ASSERT_EQ(inventory.servers.size(), 1U);
  EXPECT_EQ(inventory.servers[0].nics[0].port, "swp1");
  EXPECT_EQ(inventory.switches[0].password.reveal(), "secret");
  EXPECT_EQ(inventory.subnets[0].hold_down, 3600);
  ASSERT_EQ(inventory.vantage_points.size(), 1U);
  EXPECT_EQ(inventory.vantage_points[0].vrfs[1].device, "eth0.201");
  EXPECT_FALSE(inventory.vantage_points[0].gate);
}

struct Bad {
  std::string name{};
  std::string from{};
  std::string to{};
  std::string says{};  // part of the one problem that is expected
};

class BadInventory : public testing::TestWithParam<Bad> {};

TEST_P(BadInventory, NamesTheObject) {
  const auto lines = problems_of(with(GetParam().from, GetParam().to));
  ASSERT_FALSE(lines.empty());
  const bool said = std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
    return line.starts_with("site.yaml:") && line.find(GetParam().says) != std::string::npos;
  });
  EXPECT_TRUE(said) << lines.front();
}

INSTANTIATE_TEST_SUITE_P(
    All, BadInventory,
    testing::Values(
        Bad{"UnknownKey", "{name: debian-12}", "{name: debian-12, colour: red}", "colour"},
        Bad{"OverlappingSubnets", "project: demo}",
            "project: demo}\n  - {name: prv-b, vrf: vrf-prv, prefix: 10.1.0.128/25, project: demo}",
            "overlaps 10.1.0.0/24 of subnet prv-a"},
        Bad{"LinkToUplink", "switch: tor1, port: swp1", "switch: tor1, port: up1",
            "has the role uplink"},
        Bad{"LinkToMissingPort", "switch: tor1, port: swp1", "switch: tor1, port: swp9",
            "has no port swp9"},
        Bad{"LinkToMissingSwitch", "switch: tor1, port: swp1", "switch: tor9, port: swp1",
            "there is no switch tor9"},
        Bad{"TagTwice", "tag: 201", "tag: 101", "tag 101 is already that of VRF vrf-prv"},
        Bad{"ServerWithoutLinks",
            "    nics:\n      - {name: eth1, mac: \"02:00:00:00:00:01\", switch: tor1, port: "
            "swp1}\n",
            "", "has no links"},
        Bad{"SubnetInMissingVrf", "vrf: vrf-prv, prefix", "vrf: vrf-x, prefix",
            "there is no VRF vrf-x"},
        Bad{"HostBits", "10.1.0.0/24", "10.1.0.1/24", "10.1.0.1/24"},
        Bad{"TagTooLarge", "tag: 201", "tag: 4095", "tag"},
        Bad{"NotAMac", "02:00:00:00:00:01", "02:00:00:00:00:zz", "mac"},
        Bad{"NoHostKey", "host_key: \"SHA256:abc\"", "host_key: \"md5:abc\"", "host_key"},
        Bad{"NoCredential", "    password: secret\n", "", "needs password"},
        Bad{"CatalogWithMissingVrf", "{vrf: vrf-prv, advertise", "{vrf: vrf-y, advertise",
            "there is no VRF vrf-y"},
        Bad{"PortTwice", "{name: up1, role: uplink}", "{name: swp1, role: uplink}", "stands twice"},
        Bad{"UnknownRole", "role: uplink", "role: party", "not a port role"},
        Bad{"PortNameWithCommand", "{name: up1, role: uplink}",
            "{name: \"up1;reboot\", role: uplink}", "ports[1].name"},
        Bad{"VantageInMissingVrf", "{vrf: vrf-prv, device: vrf-prv}", "{vrf: vrf-z, device: d}",
            "there is no VRF vrf-z"},
        Bad{"VantageVrfTwice", "{vrf: vrf-pub, device: eth0.201}", "{vrf: vrf-prv, device: d}",
            "VRF vrf-prv stands twice"},
        Bad{"VantageOfSeveralVrfsWithoutDevice", "{vrf: vrf-pub, device: eth0.201}",
            "{vrf: vrf-pub}",
            "vantage point spine1 serves several VRFs: say by which device it probes in VRF "
            "vrf-pub"},
        Bad{"VantageDeviceWithCommand", "device: eth0.201", "device: \"eth0;reboot\"",
            "vrfs[1].device: not a device"},
        Bad{"VantageWithoutHostKey", "SHA256:spine", "spine", "vantage_points[0].host_key"},
        Bad{"VantageWithoutKey", "    key_file: /etc/switchyard/spine1\n", "", "needs password"},
        Bad{"VantageUnknownKey", "name: spine1", "name: spine1\n    colour: red", "colour"},
        Bad{"VantageWithoutVrfs",
            "    vrfs: [{vrf: vrf-prv, device: vrf-prv}, {vrf: vrf-pub, device: eth0.201}]\n", "",
            "an empty list takes the vantage point out of service"},
        Bad{"AsnTransition", "asn: 65001", "asn: 23456", "asn"}),
    [](const auto& tested) { return tested.param.name; });

TEST(Inventory, FindsAllProblemsInOneRun) {
  std::string text = with("tag: 201", "tag: 101");
  text.replace(text.find("role: uplink"), 12, "role: party");
  text.replace(text.find("10.1.0.0/24"), 11, "10.1.0.9/24");
  EXPECT_GE(problems_of(text).size(), 3U);
}

std::string with_bmc(const std::string& bmc) {
  return with(R"({type: simulated, url: "http://127.0.0.1:1/redfish/v1/Systems/srv1"})", bmc);
}

TEST(InventoryBmcs, AreOfAKnownTypeAndWayToProveThemselves) {
  const std::string pin = "sha256:" + std::string(64, 'a');
  for (const std::string& good :
       {std::string(R"({type: redfish, url: "https://192.0.2.1", user: u, password: p})"),
        R"({type: redfish, url: "https://192.0.2.1", user: u, password: p, certificate: ")" + pin +
            "\"}",
        std::string(
            R"({type: redfish, url: "http://192.0.2.1", user: u, password: p, insecure: true})"),
        std::string(R"({type: ipmi, url: "ipmi://192.0.2.1?cipher=3", user: u, password: p})")})
    EXPECT_EQ(problems_of(with_bmc(good)), std::vector<std::string>{}) << good;
}

TEST(InventoryBmcs, AreRefusedWhenTheyCouldNotBeUsed) {
  for (const char* bad :
       {R"({type: amt, url: "https://192.0.2.1"})", R"({type: redfish, url: nowhere})",
        R"({type: redfish, url: "http://192.0.2.1", user: u, password: p})",
        R"({type: redfish, url: "https://192.0.2.1", certificate: "md5:1"})",
        R"({type: redfish, url: "https://192.0.2.1", certificate: "x", insecure: true})",
        R"({type: ipmi, url: "ipmi://192.0.2.1"})"})
    EXPECT_FALSE(problems_of(with_bmc(bad)).empty()) << bad;
}

}  // namespace
}  // namespace switchyard::provisioner
