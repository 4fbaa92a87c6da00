#include "pxe/dhcp/packet.h"
#include "tests/pxe/dhcp/site.h"

namespace switchyard::pxe::dhcp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Buffer text(std::string_view value) { return {value.begin(), value.end()}; }

Buffer encoded(const Packet& packet, std::size_t limit = kEthernetLimit) {
  return encode_packet(packet, limit).bytes;
}

std::string error_of(Bytes bytes) {
  const auto parsed = parse_packet(bytes);
  return parsed ? "" : parsed.error().message;
}

Packet sample() {
  Packet packet = packet_of({.type = MessageType::Request, .requested = "10.0.0.7"});
  packet.sname = "server";
  packet.file = "snponly.efi";
  packet.secs = 7;
  packet.giaddr = v4("10.1.2.3");
  return packet;
}

TEST(DhcpPacket, ComesBackAsItWasEncoded) {
  EXPECT_EQ(good(parse_packet(encoded(sample()))), sample());
}

TEST(DhcpPacket, IsAtLeastAsLongAsBootpRelaysDemand) { EXPECT_EQ(encoded(sample()).size(), 300U); }

TEST(DhcpPacket, KeepsAValueLongerThanOneOption) {
  Packet packet = sample();
  const std::string url = "http://" + std::string(600, 'x');
  packet.options.set_text(code::kBootFile, url);
  EXPECT_EQ(good(parse_packet(encoded(packet))).options.text(code::kBootFile), url);
}

TEST(DhcpPacket, PutsWhatDoesNotFitIntoFileAndSname) {
  Packet packet = packet_of({});
  packet.options.set(code::kClientId, Buffer(250, 1));
  packet.options.set_text(code::kHostName, std::string(100, 'h'));
  packet.options.set_text(code::kDomain, std::string(50, 'd'));
  const Encoded small = encode_packet(packet, kLeastLimit);
  EXPECT_LE(small.bytes.size(), kLeastLimit);
  EXPECT_THAT(small.left_out, IsEmpty());
  EXPECT_EQ(good(parse_packet(small.bytes)), packet);
}

TEST(DhcpPacket, LeavesOutWhatFitsNowhere) {
  Packet packet = packet_of({});
  packet.options.set(code::kClientId, Buffer(250, 1));
  packet.options.set(code::kVendorInfo, Buffer(250, 1));
  EXPECT_THAT(encode_packet(packet, kLeastLimit).left_out, ElementsAre(code::kVendorInfo));
}

TEST(DhcpPacket, HasTheRelaysInformationLast) {
  Packet packet = packet_of({.relay = kTor1, .relay_info = circuit("swp1")});
  packet.options.set_text(code::kHostName, "after");
  const Buffer bytes = encoded(packet);
  const Buffer tail{code::kRelayInfo, 6, 1, 4, 's', 'w', 'p', '1', code::kEnd};
  EXPECT_NE(std::search(bytes.begin(), bytes.end(), tail.begin(), tail.end()), bytes.end());
}

TEST(DhcpPacket, JoinsAnOptionSplitOverOptionsFileAndSname) {
  Buffer bytes = encoded(Packet{});
  bytes.resize(240);
  std::copy_n(
      "\x43\x02"
      "bb"
      "\xff",
      5, bytes.begin() + 108);  // file
  std::copy_n(
      "\x43\x02"
      "cc"
      "\xff",
      5, bytes.begin() + 44);  // sname
  const Buffer options{code::kBootFile, 2, 'a', 'a', code::kOverload, 1, 3, code::kEnd};
  bytes.insert(bytes.end(), options.begin(), options.end());
  EXPECT_EQ(good(parse_packet(bytes)).options.text(code::kBootFile), "aabbcc");
}

TEST(DhcpPacket, MayEndWithoutAnEndMark) {
  Buffer bytes = encoded(sample());
  bytes.resize(240 + 3);  // the message type only
  EXPECT_EQ(good(parse_packet(bytes)).type(), MessageType::Request);
}

TEST(DhcpPacket, IsRefusedWhenItIsCutShort) {
  const Buffer whole = encoded(sample());
  EXPECT_THAT(error_of(Bytes{whole}.first(239)), HasSubstr("239 bytes is cut short"));
  EXPECT_THAT(error_of(Bytes{whole}.first(242)), HasSubstr("option 53 is cut short"));
}

TEST(DhcpPacket, IsRefusedWithoutTheCookie) {
  Buffer bytes = encoded(sample());
  bytes[236] = 0;
  EXPECT_THAT(error_of(bytes), HasSubstr("magic cookie"));
}

TEST(DhcpPacket, IsRefusedWhenAnOptionHasAnImpossibleLength) {
  Packet packet = sample();
  packet.options.set_text(code::kRequestedAddress, "abc");
  EXPECT_THAT(error_of(encoded(packet)),
              HasSubstr("50 (requested-address) has a value of 3 bytes"));
}

TEST(DhcpOptions, AreShownToPeople) {
  EXPECT_EQ(value_text(code::kDns, Buffer{10, 0, 0, 1, 10, 0, 0, 2}), "10.0.0.1, 10.0.0.2");
  EXPECT_EQ(value_text(code::kClientArch, Buffer{0, 7, 0, 16}), "7, 16");
  EXPECT_EQ(value_text(code::kVendorClass, text("PXE\nClient")), "PXE?Client");
  EXPECT_EQ(value_text(222, Buffer{0xca, 0xfe}), "cafe");
}

TEST(UserClasses, AreReadInBothForms) {
  EXPECT_THAT(parse_user_classes(text("iPXE")), ElementsAre("iPXE"));
  EXPECT_THAT(parse_user_classes(text("\x04iPXE\x03new")), ElementsAre("iPXE", "new"));
  EXPECT_THAT(parse_user_classes({}), IsEmpty());
}

TEST(DhcpClient, IsRefusedWithAGroupOrNoAddress) {
  EXPECT_FALSE(parse_client(packet_of({.from = mac("01:00:5e:00:00:01")})));
  EXPECT_FALSE(parse_client(packet_of({.from = MacAddress{}})));
  Packet infiniband = packet_of({});
  infiniband.htype = 32;
  EXPECT_FALSE(parse_client(infiniband));
}

TEST(DhcpClient, TakesTheFirstArchitectureItKnows) {
  Packet packet = packet_of({});
  packet.options.set(code::kClientArch, Buffer{0, 99, 0, 11});
  EXPECT_EQ(good(parse_client(packet)).arch->platform, Platform::EfiArm64);
}

TEST(RelayInfo, HasEverySubOptionWeUse) {
  Buffer value = circuit("swp1");
  const auto add = [&](std::uint8_t code, std::string_view bytes) {
    const Buffer sub = sub_option(code, bytes);
    value.insert(value.end(), sub.begin(), sub.end());
  };
  add(2, "remote");
  add(5, {"\x0a\x01\x00\x00", 4});
  add(6, "subscriber");
  add(11, {"\x0a\x02\x00\x01", 4});
  add(12, "relay");
  add(19, "");
  add(151, "unknown");
  const RelayInfo expected{.circuit_id = text("swp1"),
                           .remote_id = text("remote"),
                           .link = v4("10.1.0.0"),
                           .subscriber_id = "subscriber",
                           .server_id = v4("10.2.0.1"),
                           .relay_id = text("relay"),
                           .reply_to_source_port = true};
  EXPECT_EQ(good(parse_relay_info(value)), expected);
}

TEST(RelayInfo, IsRefusedWhenItIsBroken) {
  EXPECT_FALSE(parse_relay_info(Buffer{1}));
  EXPECT_FALSE(parse_relay_info(Buffer{1, 4, 'a'}));
  EXPECT_FALSE(parse_relay_info(sub_option(5, "abc")));
}

struct CircuitCase {
  CircuitStyle style{};
  std::string id{};
  std::string port{};  // empty: refused
};

class CircuitIds : public testing::TestWithParam<CircuitCase> {};

TEST_P(CircuitIds, NameThePortInTheStyleOfTheSwitch) {
  const auto port = decode_port(GetParam().style, text(GetParam().id));
  EXPECT_EQ(port.value_or(""), GetParam().port);
}

// clang-format off
INSTANTIATE_TEST_SUITE_P(Styles, CircuitIds, testing::Values(
    CircuitCase{CircuitStyle::Plain, "swp1", "swp1"}, CircuitCase{CircuitStyle::Plain, "swp1s0", "swp1s0"},
    CircuitCase{CircuitStyle::Plain, std::string("\x00\x04\x00\x64", 4), ""}, CircuitCase{CircuitStyle::Plain, "", ""},
    CircuitCase{CircuitStyle::Sonic, "leaf01:etp5:Vlan100", "etp5"}, CircuitCase{CircuitStyle::Sonic, "leaf01:Eth1/1:Vlan100", "Eth1/1"},
    CircuitCase{CircuitStyle::Sonic, "etp5", ""}, CircuitCase{CircuitStyle::Sonic, "leaf01:etp5", ""},
    CircuitCase{CircuitStyle::Junos, "xe-0/0/1.0:prov", "xe-0/0/1"}, CircuitCase{CircuitStyle::Junos, "ge-0/0/7:100", "ge-0/0/7"},
    CircuitCase{CircuitStyle::Junos, ":prov", ""}));

// clang-format on

TEST(CircuitIds, AreShownInHexWhenTheyNameNoPort) {
  const auto refused = decode_port(CircuitStyle::Sonic, Buffer{0, 4, 0, 0x64});
  EXPECT_THAT(refused.error().message, HasSubstr("0x00040064"));
}

}  // namespace
}  // namespace switchyard::pxe::dhcp
