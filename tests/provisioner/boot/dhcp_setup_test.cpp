// What of the configuration and the inventory reaches the DHCP library.
#include "provisioner/boot/dhcp_setup.h"

#include "pxe/dhcp/identify.h"

#include <gmock/gmock.h>

namespace switchyard::provisioner {
namespace {

using namespace pxe::dhcp;
using testing::HasSubstr;

Config::Boot boot_of(const std::string& text) {
  const auto config = parse_config("f", "site: a\nboot:\n" + text);
  EXPECT_TRUE(config) << config.error().message;
  return config ? config->boot : Config::Boot{};
}

const std::string kRelays =
    "  relays:\n"
    "    - {switch: tor1, addresses: [172.16.101.2], prefix: 172.16.101.0/24, first_address: "
    "172.16.101.100, last_address: 172.16.101.199, router: 172.16.101.1}\n"
    "    - {switch: tor2, addresses: [172.16.101.3], prefix: 172.16.101.0/24, first_address: "
    "172.16.101.100, last_address: 172.16.101.199, router: 172.16.101.1}\n";

const std::vector<NicRow> kNics{{"srv1", "02:00:00:00:00:01", "tor1", "swp1", ""},
                                {"srv1", "02:00:00:00:00:02", "tor2", "swp1", ""},
                                {"srv2", "02:00:00:00:00:03", "tor1", "swp2", "on"}};

Ipv4 v4(const std::string& text) { return *parse_ipv4(text); }

// As the relay of tor1 sends it on.
Identified heard(const std::string& mac, const std::string& port, const Cabling& cabling) {
  Packet packet;
  packet.giaddr = v4("172.16.101.2");
  const RelayInfo info{.circuit_id = Buffer(port.begin(), port.end())};
  const auto at = port_of(packet, info, cabling);
  EXPECT_TRUE(at && *at);
  return identify({.mac = *parse_mac(mac)}, *at, cabling);
}

TEST(DhcpSetup, WithoutRelaysServesTheSubnetOfItsInterface) {
  const auto options = dhcp_options(boot_of("  interface: eth0\n"));
  ASSERT_TRUE(options);
  ASSERT_EQ(options->settings.segments.size(), 1U);
  EXPECT_EQ(to_string(options->settings.segments[0].prefix), "172.16.100.0/24");
  EXPECT_EQ(options->listen[0].interface, "eth0");
  EXPECT_EQ(options->settings.unknown, UnknownClients::Ignore);
}

TEST(DhcpSetup, ServesTheSubnetOfSeveralRelaysOnce) {
  const auto options = dhcp_options(boot_of(kRelays + "  unknown: discover\n"));
  ASSERT_TRUE(options) << options.error().message;
  ASSERT_EQ(options->settings.segments.size(), 1U) << "no interface, so no segment of its own";
  const Segment& segment = options->settings.segments[0];
  EXPECT_EQ(segment.first, v4("172.16.101.100"));
  EXPECT_EQ(segment.router, v4("172.16.101.1"));
  EXPECT_EQ(segment.server, v4("172.16.100.1"));
  EXPECT_EQ(options->settings.unknown, UnknownClients::Discover);
  EXPECT_TRUE(check(options->settings));
  EXPECT_EQ(dhcp_options(boot_of("  interface: eth0\n" + kRelays))->settings.segments.size(), 2U);
}

TEST(DhcpSetup, GivesSignedLoadersWhereTheInventoryOrElseTheConfigurationSaysSo) {
  const auto secure = [](const std::string& mac, const std::string& more) {
    const Config::Boot boot = boot_of("  interface: eth0\n" + more);
    const auto cabling = cabling_of(kNics, boot);
    const auto options = dhcp_options(boot);
    EXPECT_TRUE(cabling && options);
    return pxe::dhcp::secure_boot_of((*cabling)->with_mac(*parse_mac(mac)),
                                     options->settings.boot) == SecureBoot::On;
  };
  const std::string known = "02:00:00:00:00:01", says_so = "02:00:00:00:00:03",
                    unknown = "02:00:00:00:00:99", site = "  secure_boot: true\n";
  EXPECT_FALSE(secure(known, ""));
  EXPECT_TRUE(secure(says_so, ""));
  EXPECT_FALSE(secure(unknown, ""));
  EXPECT_TRUE(secure(known, site));
  EXPECT_TRUE(secure(unknown, site));
}

TEST(DhcpSetup, ServesTheIpv6SubnetsOfItsAddressAndOfRelays) {
  const Config::Boot boot = boot_of(
      "  interface: eth0\n  address6: 'fd00:100::1'\n  relays:\n"
      "    - {switch: tor1, addresses: [172.16.101.2, 'fd00:101::2'], prefix6: 'fd00:101::/64'}\n"
      "    - {switch: tor2, addresses: ['fd00:101::3'], prefix6: 'fd00:101::/64'}\n");
  const auto options = dhcp6_options(boot);
  ASSERT_TRUE(options) << options.error().message;
  ASSERT_EQ(options->settings.segments.size(), 2U);
  EXPECT_EQ(to_string(options->settings.segments[0].prefix), "fd00:100::/64");
  EXPECT_EQ(to_string(options->settings.segments[1].prefix), "fd00:101::/64");
  EXPECT_EQ(options->settings.boot.script_url, "http://[fd00:100::1]:8080/boot/ipxe");
  EXPECT_FALSE(dhcp_options(boot)->advertise) << "DHCPv6 does it, with the prefix";
  const auto cabling = cabling_of(kNics, boot);
  ASSERT_TRUE(cabling) << cabling.error().message;
  EXPECT_EQ((*cabling)->relay_at(*parse_ip("fd00:101::3"))->switch_name, "tor2");
}

TEST(DhcpSetup, RefusesTwoPoolsOfOneSubnet) {
  std::string other = kRelays;
  other.replace(other.rfind("172.16.101.199"), 14, "172.16.101.150");
  EXPECT_THAT(dhcp_options(boot_of(other)).error().message, HasSubstr("relay tor2"));
}

TEST(DhcpSetup, KnowsAServerByThePortItsRelayNames) {
  const auto cabling = cabling_of(kNics, boot_of(kRelays));
  ASSERT_TRUE(cabling) << cabling.error().message;
  EXPECT_EQ(heard("02:00:00:00:00:01", "swp1", **cabling).identity->machine->server, "srv1");
  const Identified replaced = heard("02:00:00:00:00:77", "swp2", **cabling);
  EXPECT_EQ(replaced.identity->machine->server, "srv2") << "the port tells, not the MAC";
  EXPECT_EQ(replaced.seen->kind, SightingKind::NewMac);
}

TEST(DhcpSetup, RefusesAMacAtThePortOfAnotherServer) {
  const auto cabling = cabling_of(kNics, boot_of(kRelays));
  ASSERT_TRUE(cabling);
  const Identified found = heard("02:00:00:00:00:01", "swp2", **cabling);
  EXPECT_FALSE(found.identity);
  EXPECT_EQ(found.seen->kind, SightingKind::Contradiction);
  EXPECT_THAT(found.seen->detail, HasSubstr("cabled to srv2"));
}

TEST(DhcpSetup, RefusesOneRelayAddressForTwoSwitches) {
  std::string twice = kRelays;
  twice.replace(twice.find("172.16.101.3"), 12, "172.16.101.2");
  EXPECT_EQ(cabling_of(kNics, boot_of(twice)).error().code, Errc::Conflict);
}

}  // namespace
}  // namespace switchyard::provisioner
