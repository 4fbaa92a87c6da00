#include "pxe/dhcp/boot.h"

#include "tests/pxe/dhcp/site.h"

namespace switchyard::pxe::dhcp {
namespace {

using testing::Contains;
using testing::Not;

struct BootCase {
  std::string name{};
  std::string vendor_class{};
  std::string user_class{};
  std::optional<std::uint16_t> arch{};
  SecureBoot secure{};
  std::string file{};  // empty: none
};

class BootFileOf : public testing::TestWithParam<BootCase> {};

TEST_P(BootFileOf, IsTheOneItsFirmwareUnderstands) {
  const BootCase& tested = GetParam();
  const BootSettings settings{.script_url = "http://a/boot/ipxe", .files_url = "http://a/files/"};
  const Client client = good(parse_client(packet_of({.vendor_class = tested.vendor_class,
                                                     .user_class = tested.user_class,
                                                     .arch = tested.arch})));
  const auto boot = choose_boot(client, tested.secure, settings, kServer);
  EXPECT_EQ(boot ? boot->name : "", tested.file);
}

// clang-format off
INSTANTIATE_TEST_SUITE_P(Clients, BootFileOf, testing::Values(
    BootCase{"OperatingSystem", "udhcp 1.35.0", "", {}, SecureBoot::Off, ""},
    BootCase{"OldBios", "PXEClient", "", {}, SecureBoot::Off, "undionly.kpxe"},
    BootCase{"Bios", "PXEClient:Arch:00000:UNDI:002001", "", 0, SecureBoot::Off, "undionly.kpxe"},
    BootCase{"UefiIa32", "PXEClient:Arch:00006", "", 6, SecureBoot::Off, ""},
    BootCase{"Uefi", "PXEClient:Arch:00007:UNDI:003000", "", 7, SecureBoot::Off, "snponly.efi"},
    BootCase{"UefiErrata", "PXEClient:Arch:00009", "", 9, SecureBoot::Off, "snponly.efi"},
    BootCase{"UefiSecure", "PXEClient:Arch:00007", "", 7, SecureBoot::On, "shimx64.efi"},
    BootCase{"BiosNeverSecure", "PXEClient", "", 0, SecureBoot::On, ""},
    BootCase{"Arm", "PXEClient:Arch:00011", "", 11, SecureBoot::Off, "snponly-arm64.efi"},
    BootCase{"UefiHttp", "HTTPClient:Arch:00016:UNDI:003000", "", 16, SecureBoot::Off, "http://a/files/snponly.efi"},
    BootCase{"ArmHttpSecure", "HTTPClient:Arch:00019", "", 19, SecureBoot::On, "http://a/files/shimaa64.efi"},
    BootCase{"Ipxe", "PXEClient:Arch:00007", "iPXE", 7, SecureBoot::Off, "http://a/boot/ipxe"},
    BootCase{"IpxeSecure", "PXEClient:Arch:00007", "iPXE", 7, SecureBoot::On, "http://a/boot/ipxe"},
    BootCase{"UnknownPlatform", "PXEClient:Arch:00031", "", 31, SecureBoot::Off, "undionly.kpxe"}),
    [](const auto& tested) { return tested.param.name; });
// clang-format on

using DhcpBoot = DhcpSite;

TEST_F(DhcpBoot, NamesTheFileInTheHeaderAndInTheOptions) {
  const Answer said = say({.vendor_class = "PXEClient", .arch = 7});
  const Packet& offer = said.reply->packet;
  EXPECT_EQ(offer.file, "snponly.efi");
  EXPECT_EQ(to_string(offer.siaddr), "172.16.100.1");
  EXPECT_EQ(offer.options.text(code::kBootFile), "snponly.efi");
  EXPECT_EQ(offer.options.text(code::kTftpName), "172.16.100.1");
  EXPECT_FALSE(offer.options.has(code::kVendorClass));
}

TEST_F(DhcpBoot, GivesUefiHttpBootItsClassBack) {
  const Answer said = say({.vendor_class = "HTTPClient:Arch:00016", .arch = 16});
  EXPECT_EQ(said.reply->packet.options.text(code::kVendorClass), "HTTPClient");
  EXPECT_EQ(said.reply->packet.file, "http://172.16.100.1:8080/files/boot/snponly.efi");
}

TEST_F(DhcpBoot, SparesIpxeTheWaitForAProxyServer) {
  const Answer said = say({.user_class = "iPXE"});
  const auto ipxe = said.reply->packet.options.find(code::kIpxe);
  ASSERT_TRUE(ipxe);
  EXPECT_EQ(hex(*ipxe), "b00101");
}

TEST_F(DhcpBoot, GivesAnIpxeWithoutHttpALoaderOfOurs) {
  Packet packet = packet_of({.user_class = "iPXE", .arch = 0});
  packet.options.set(code::kIpxe, Buffer{17, 1, 1});  // some features, no HTTP
  const auto boot =
      choose_boot(good(parse_client(packet)), SecureBoot::Off, settings_.boot, kServer);
  EXPECT_EQ(boot->name, "tftp://172.16.100.1/undionly.kpxe");
}

TEST_F(DhcpBoot, StopsAServerThatFetchesLoaderAfterLoader) {
  settings_.loaders_a_window = 3;
  const Message firmware{.vendor_class = "PXEClient", .arch = 7};
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(lease(firmware), "172.16.100.100");
  const Answer offer = say(firmware);
  EXPECT_EQ(offer.reply->packet.file, "");
  Message request = firmware;
  request.type = MessageType::Request;
  request.requested = "172.16.100.100";
  request.server = "172.16.100.1";
  const Answer stopped = say(request);
  EXPECT_EQ(stopped.reply->packet.file, "");
  EXPECT_THAT(kinds(stopped), Contains(SightingKind::BootLoop));
  advance(std::chrono::minutes{11});
  EXPECT_EQ(say(firmware).reply->packet.file, "snponly.efi");
}

TEST_F(DhcpBoot, GivesTheIdentifiersOfTheClientBack) {
  Packet packet = packet_of({.client_id = {255, 1, 2}});
  packet.options.set(code::kClientUuid, Buffer(17, 0));
  const Answer said = answer(packet, {.local = kServer}, {settings_, *cabling_, leases_}, now_);
  EXPECT_EQ(hex(said.reply->packet.options.find(code::kClientId).value()), "ff0102");
  EXPECT_TRUE(said.reply->packet.options.has(code::kClientUuid));
}

}  // namespace
}  // namespace switchyard::pxe::dhcp
