#include "pxe/dhcp/answer.h"
#include "tests/pxe/dhcp/site.h"

namespace switchyard::pxe::dhcp {
namespace {

using DhcpDelivery = DhcpSite;

TEST_F(DhcpDelivery, ReachesAClientWithoutAddressByItsMac) {
  const Answer said = say({});
  EXPECT_EQ(said.reply->delivery, Delivery::ToMac);
  EXPECT_EQ(to_string(said.reply->address), "172.16.100.100");
  EXPECT_EQ(said.reply->port, kClientPort);
}

TEST_F(DhcpDelivery, IsBroadcastWhenTheClientAsksForIt) {
  EXPECT_EQ(say({.broadcast = true}).reply->delivery, Delivery::Broadcast);
}

TEST_F(DhcpDelivery, GoesBackThroughTheRelayWithItsInformationUnchanged) {
  const Buffer info = circuit("swp1");
  const Answer said = say({.relay = kTor1, .relay_info = info});
  EXPECT_EQ(said.reply->delivery, Delivery::Unicast);
  EXPECT_EQ(said.reply->address, kTor1);
  EXPECT_EQ(said.reply->port, kServerPort);
  EXPECT_EQ(hex(said.reply->packet.options.find(code::kRelayInfo).value()), hex(info));
}

TEST_F(DhcpDelivery, GoesToTheRelaysOwnPortWhenItAsksForThat) {
  Buffer info = circuit("swp1");
  info.insert(info.end(), {19, 0});
  const Packet packet = packet_of({.relay = kTor1, .relay_info = info});
  const Answer said = answer(packet, {.local = kServer, .source_port = 4067},
                             {settings_, *cabling_, leases_}, now_);
  EXPECT_EQ(said.reply->port, 4067);
}

TEST_F(DhcpDelivery, TakesTheSubnetFromTheLinkTheRelayNames) {
  Buffer info = circuit("swp1");
  const Buffer link = sub_option(5, {"\xac\x10\x64\x00", 4});  // 172.16.100.0
  info.insert(info.end(), link.begin(), link.end());
  cabling_ = good(Cabling::make({{.server = "web1", .macs = {kWeb1}}},
                                {{.switch_name = "tor1", .addresses = {v4("10.255.0.1")}}}));
  const Answer said = say({.relay = v4("10.255.0.1"), .relay_info = info});
  EXPECT_EQ(to_string(said.reply->packet.yiaddr), "172.16.100.100");
  EXPECT_EQ(to_string(said.reply->address), "10.255.0.1");
}

TEST_F(DhcpDelivery, NamesTheServerTheRelayWantsAndKnowsItAgain) {
  Buffer info = circuit("swp1");
  const Buffer override_id = sub_option(11, {"\xac\x10\x64\xfe", 4});  // 172.16.100.254
  info.insert(info.end(), override_id.begin(), override_id.end());
  Message message{.relay = kTor1, .relay_info = info};
  EXPECT_EQ(text_of(say(message).reply->packet.options.ip(code::kServerId)), "172.16.100.254");
  message.type = MessageType::Request;
  message.requested = "172.16.100.100";
  message.server = "172.16.100.254";
  EXPECT_EQ(kind_of(say(message)), "ack");
}

TEST_F(DhcpDelivery, RefusalsAreBroadcast) {
  settings_.authoritative = true;
  Message message{.type = MessageType::Request, .requested = "10.9.9.9"};
  EXPECT_EQ(say(message).reply->delivery, Delivery::Broadcast);
  message.relay = kTor1;
  const Answer relayed = say(message);
  EXPECT_EQ(relayed.reply->address, kTor1);
  EXPECT_TRUE(relayed.reply->packet.broadcast);
}

TEST_F(DhcpDelivery, IsSilentTowardsNetworksThatAreNotOurs) {
  EXPECT_EQ(kind_of(say({.relay = v4("10.8.0.1")})), "silence");
}

TEST_F(DhcpDelivery, StaysWithinTheSizeTheClientAllows) {
  Packet packet = packet_of({});
  EXPECT_EQ(answer(packet, {.local = kServer}, {settings_, *cabling_, leases_}, now_).reply->limit,
            548U);
  packet.options.set(code::kMaxSize, Buffer{0x04, 0xec});  // 1260
  EXPECT_EQ(answer(packet, {.local = kServer}, {settings_, *cabling_, leases_}, now_).reply->limit,
            1232U);
  packet.options.set(code::kMaxSize, Buffer{0, 10});
  EXPECT_EQ(answer(packet, {.local = kServer}, {settings_, *cabling_, leases_}, now_).reply->limit,
            548U);
}

}  // namespace
}  // namespace switchyard::pxe::dhcp
