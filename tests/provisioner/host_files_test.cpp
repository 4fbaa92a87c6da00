#include "provisioner/host_files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace switchyard::provisioner {
namespace {

DeploymentRecord dual() {
  return {
      .id = "dep-1",
      .name = "srv1",
      .plan = {.vrfs = {{.vrf = {"vrf-prv"},
                         .tag = {101},
                         .subnets = {"prv-a", "prv-a6"},
                         .addresses = {*parse_ip("10.1.0.5"), *parse_ip("fd10:1::5")},
                         .advertise = {*parse_prefix("10.0.0.0/8"), *parse_prefix("fd10::/16")}},
                        {.vrf = {"vrf-pub"},
                         .tag = {201},
                         .subnets = {"pub-a", "pub-a6"},
                         .addresses = {*parse_ip("203.0.113.5"), *parse_ip("2001:db8:113::5")},
                         .advertise = {*parse_prefix("0.0.0.0/0"), *parse_prefix("::/0")}}}},
      .asn = {4200000005U}};
}

std::vector<NicRecord> nics() {
  return {{.server = "srv1",
           .name = "eth1",
           .mac = "02:00:00:00:00:01",
           .switch_name = "tor1",
           .port = "swp1",
           .switch_asn = 65001},
          {.server = "srv1",
           .name = "eth2",
           .switch_name = "tor2",
           .port = "swp1",
           .switch_asn = 65002}};
}

// The lab proved these two files on real servers (tests/lab/golden/server); only remarks may
// differ.
std::string golden(const std::string& name) {
  std::ifstream file(std::string(SWITCHYARD_SOURCE_DIR) + "/tests/lab/golden/server/" + name);
  std::string text, line;
  while (std::getline(file, line))
    if (!line.starts_with('#') && !line.starts_with("! ")) text += line + "\n";
  return text;
}

std::string without_remarks(const std::string& content) {
  std::istringstream lines(content);
  std::string text, line;
  while (std::getline(lines, line))
    if (!line.starts_with('#') && !line.starts_with("! ")) text += line + "\n";
  return text;
}

TEST(RenderHostFiles, MatchesTheFilesTheLabProved) {
  const auto files = render_host_files(dual(), nics());
  ASSERT_TRUE(files);
  ASSERT_GE(files->size(), 2U);
  EXPECT_EQ(without_remarks((*files)[0].content), golden("interfaces"));
  EXPECT_EQ(without_remarks((*files)[1].content), golden("frr.conf"));
}

TEST(RenderHostFiles, LetsInTheKeysThatWereOrdered) {
  DeploymentRecord deployment = dual();
  deployment.plan.ssh_keys = {"ssh-ed25519 AAAA a", "ssh-ed25519 BBBB b"};
  const auto files = render_host_files(deployment, nics());
  ASSERT_TRUE(files);
  const auto keys = std::ranges::find(*files, "/root/.ssh/authorized_keys", &HostFile::path);
  ASSERT_NE(keys, files->end());
  EXPECT_EQ(keys->content, "ssh-ed25519 AAAA a\nssh-ed25519 BBBB b\n");
  EXPECT_EQ(keys->mode, "0600");
}

TEST(RenderHostFiles, SaysTheSameToNetworkd) {
  const auto files = render_host_files(dual(), nics());
  ASSERT_TRUE(files);
  const auto content = [&](const std::string& name) {
    for (const HostFile& file : *files)
      if (file.path == "/etc/systemd/network/" + name) return without_remarks(file.content);
    return std::string("no such file");
  };
  EXPECT_EQ(content("20-vni0.network"),
            "[Match]\nName=vni0\n\n[Network]\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n"
            "Address=10.1.0.5/32\nAddress=fd10:1::5/128\n");
  EXPECT_EQ(content("10-eth1.201.netdev"),
            "[NetDev]\nName=eth1.201\nKind=vlan\nMTUBytes=1500\n\n[VLAN]\nId=201\n");
  EXPECT_NE(content("20-eth2.network").find("MTUBytes=1504\n"), std::string::npos);
  EXPECT_NE(content("20-eth2.network").find("VLAN=eth2.101\nVLAN=eth2.201\n"), std::string::npos);
  EXPECT_NE(content("10-eth1.link").find("MACAddress=02:00:00:00:00:01\n"), std::string::npos);
}

TEST(RenderHostFiles, DerivesARouterIdFromTheAsnWithoutIpv4) {
  DeploymentRecord deployment = dual();
  deployment.asn = {4214553151U};
  for (PlannedVrf& vrf : deployment.plan.vrfs)
    vrf.addresses.erase(vrf.addresses.begin());
  const auto files = render_host_files(deployment, nics());
  ASSERT_TRUE(files);
  // 4214553151 - 4200000000 = 0xde103f
  EXPECT_NE((*files)[1].content.find("bgp router-id 0.222.16.63\n"), std::string::npos);
}

TEST(RenderHostFiles, RefusesASubinterfaceNameThatLinuxCannotHave) {
  auto long_named = nics();
  long_named[0].name = "enp193s0f1np1";
  const auto files = render_host_files(dual(), long_named);
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error().code, Errc::Invalid);
}

}  // namespace
}  // namespace switchyard::provisioner
