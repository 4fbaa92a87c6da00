#include "pxe/dhcp/answer.h"

#include "tests/pxe/dhcp/site.h"

namespace switchyard::pxe::dhcp {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using DhcpAnswer = DhcpSite;

Message at(std::string_view port, const MacAddress& from = kWeb1) {
  return {.from = from, .relay = kTor1, .relay_info = circuit(port)};
}

TEST_F(DhcpAnswer, OffersAnAddressWithItsNetwork) {
  const Answer said = say({});
  ASSERT_EQ(kind_of(said), "offer");
  const Packet& offer = said.reply->packet;
  EXPECT_EQ(to_string(offer.yiaddr), "172.16.100.100");
  EXPECT_EQ(text_of(offer.options.ip(code::kSubnetMask)), "255.255.255.0");
  EXPECT_EQ(text_of(offer.options.ip(code::kRouter)), "172.16.100.254");
  EXPECT_EQ(text_of(offer.options.ip(code::kDns)), "10.0.0.53");
  EXPECT_EQ(text_of(offer.options.ip(code::kServerId)), "172.16.100.1");
  EXPECT_EQ(offer.options.u32(code::kLeaseTime), 3600U);
  EXPECT_EQ(offer.options.u32(code::kRenewal), 1800U);
  EXPECT_EQ(offer.options.u32(code::kRebinding), 3150U);
  EXPECT_FALSE(said.persist);
}

TEST_F(DhcpAnswer, StoresALeaseBeforeItIsAcknowledged) {
  say({});
  const Answer said = say({.type = MessageType::Request,
                           .requested = "172.16.100.100",
                           .server = "172.16.100.1",
                           .client_id = {1, 2}});
  EXPECT_EQ(kind_of(said), "ack");
  EXPECT_TRUE(said.persist);
  EXPECT_EQ(said.lease->state, LeaseState::Bound);
  EXPECT_EQ(said.lease->client_id, (Buffer{1, 2}));
  EXPECT_THAT(kinds(said), ElementsAre(SightingKind::AddressServed));
}

TEST_F(DhcpAnswer, GivesOneMachineOneAddressWhateverItsSoftwareCallsItself) {
  EXPECT_EQ(lease({.vendor_class = "PXEClient:Arch:00007"}), "172.16.100.100");
  EXPECT_EQ(lease({.user_class = "iPXE", .client_id = {1, 5}}), "172.16.100.100");
  EXPECT_EQ(lease({.client_id = {255, 0, 1, 2}}), "172.16.100.100");
}

TEST_F(DhcpAnswer, HonoursAnOfferThatARestartForgot) {
  EXPECT_EQ(
      kind_of(say(
          {.type = MessageType::Request, .requested = "172.16.100.102", .server = "172.16.100.1"})),
      "ack");
}

TEST_F(DhcpAnswer, RefusesTheAddressOfAnother) {
  ASSERT_EQ(lease({.from = kWeb2}), "172.16.100.100");
  EXPECT_EQ(
      kind_of(say(
          {.type = MessageType::Request, .requested = "172.16.100.100", .server = "172.16.100.1"})),
      "nak");
}

TEST_F(DhcpAnswer, LeavesAClientToTheServerItChoseAndTellsOfIt) {
  say({});
  const Answer said =
      say({.type = MessageType::Request, .requested = "172.16.100.9", .server = "172.16.100.66"});
  EXPECT_EQ(kind_of(said), "silence");
  EXPECT_THAT(kinds(said), ElementsAre(SightingKind::ForeignServer));
  EXPECT_EQ(lease({.from = kWeb2, .requested = "172.16.100.100"}), "172.16.100.101");
}

TEST_F(DhcpAnswer, KnowsWhichOtherServersAreMeantToBeThere) {
  settings_.known_servers = {v4("172.16.100.66")};
  const Answer said =
      say({.type = MessageType::Request, .requested = "172.16.100.9", .server = "172.16.100.66"});
  EXPECT_THAT(said.seen, IsEmpty());
}

// --- who somebody is ---

TEST_F(DhcpAnswer, KnowsAServerByThePortItIsCabledTo) {
  EXPECT_EQ(lease(at("swp1")), "172.16.100.100");
  EXPECT_EQ(holder_of(*leases_.find(v4("172.16.100.100"))), "tor1/swp1");
}

TEST_F(DhcpAnswer, GivesAReplacedMachineTheLeaseOfItsPort) {
  ASSERT_EQ(lease(at("swp1")), "172.16.100.100");
  const Answer said = say(at("swp1", kStranger));
  EXPECT_EQ(text_of(said.reply->packet.yiaddr), "172.16.100.100");
  EXPECT_THAT(kinds(said), ElementsAre(SightingKind::NewMac));
  EXPECT_EQ(lease(at("swp1", kStranger)), "172.16.100.100");
}

TEST_F(DhcpAnswer, RefusesAMacAtThePortOfAnotherServer) {
  const Answer said = say(at("swp2", kWeb1));
  EXPECT_EQ(kind_of(said), "silence");
  ASSERT_THAT(kinds(said), ElementsAre(SightingKind::Contradiction));
  EXPECT_THAT(said.seen[0].detail, HasSubstr("tor1/swp2 is cabled to web2, the MAC is of web1"));
}

TEST_F(DhcpAnswer, RefusesAKnownMacAtAPortNobodyUses) {
  EXPECT_THAT(kinds(say(at("swp9", kWeb1))), ElementsAre(SightingKind::Contradiction));
}

TEST_F(DhcpAnswer, ServesAServerThatNobodyCabledYetAtAnyFreePort) {
  EXPECT_EQ(lease(at("swp9", kLoose)), "172.16.100.100");
}

TEST_F(DhcpAnswer, DoesNotBelieveTheOption82OfAnUnknownRelay) {
  Message message = at("swp2", kWeb1);
  message.relay = kRogueRelay;
  EXPECT_EQ(lease(message), "172.16.100.100");
  EXPECT_EQ(holder_of(*leases_.find(v4("172.16.100.100"))), to_string(kWeb1));
}

TEST_F(DhcpAnswer, DoesNotBelieveTheOption82OfAClient) {
  EXPECT_EQ(lease({.from = kWeb1, .relay_info = circuit("swp2")}), "172.16.100.100");
}

TEST_F(DhcpAnswer, RefusesACircuitIdThatNamesNoPortAndShowsIt) {
  const Answer said = say({.relay = kTor1, .relay_info = circuit("\x01\x02")});
  EXPECT_EQ(kind_of(said), "silence");
  ASSERT_THAT(kinds(said), ElementsAre(SightingKind::UndecodablePort));
  EXPECT_THAT(said.seen[0].detail, HasSubstr("0x0102"));
}

TEST_F(DhcpAnswer, IgnoresAnUnknownClientUnlessItIsToBeDiscovered) {
  EXPECT_EQ(kind_of(say({.from = kStranger})), "silence");
  settings_.unknown = UnknownClients::Discover;
  EXPECT_EQ(lease({.from = kStranger}), "172.16.100.100");
  EXPECT_THAT(kinds(say({.from = kStranger})), ElementsAre(SightingKind::UnknownClient));
}

// --- keeping an address ---

TEST_F(DhcpAnswer, RenewsWithoutTheRelayWhatWasLeasedThroughIt) {
  ASSERT_EQ(lease(at("swp1")), "172.16.100.100");
  advance(std::chrono::minutes{30});
  const Answer said = say({.type = MessageType::Request, .ciaddr = "172.16.100.100"});
  EXPECT_EQ(kind_of(said), "ack");
  EXPECT_EQ(holder_of(*said.lease), "tor1/swp1");
  EXPECT_EQ(said.lease->expires, now_ + std::chrono::hours{1});
  EXPECT_EQ(said.reply->delivery, Delivery::Unicast);
  EXPECT_EQ(to_string(said.reply->address), "172.16.100.100");
}

TEST_F(DhcpAnswer, DoesNotRenewTheAddressOfAnother) {
  ASSERT_EQ(lease({.from = kWeb2}), "172.16.100.100");
  EXPECT_EQ(kind_of(say({.type = MessageType::Request, .ciaddr = "172.16.100.100"})), "silence");
  settings_.authoritative = true;
  EXPECT_EQ(kind_of(say({.type = MessageType::Request, .ciaddr = "172.16.100.100"})), "nak");
}

TEST_F(DhcpAnswer, RefusesToRebindAtAnotherPort) {
  ASSERT_EQ(lease(at("swp1")), "172.16.100.100");
  ASSERT_EQ(lease({.from = kWeb2}), "172.16.100.101");
  settings_.authoritative = true;
  Message rebinding = at("swp9", kLoose);
  rebinding.type = MessageType::Request;
  rebinding.ciaddr = "172.16.100.100";
  EXPECT_EQ(kind_of(say(rebinding)), "nak");
}

TEST_F(DhcpAnswer, ConfirmsAnAddressAfterAReboot) {
  ASSERT_EQ(lease({}), "172.16.100.100");
  EXPECT_EQ(kind_of(say({.type = MessageType::Request, .requested = "172.16.100.100"})), "ack");
}

TEST_F(DhcpAnswer, RefusesAWrongAddressAfterARebootWhenItKnowsBetter) {
  EXPECT_EQ(kind_of(say({.type = MessageType::Request, .requested = "10.9.9.9"})), "silence");
  ASSERT_EQ(lease({}), "172.16.100.100");
  EXPECT_EQ(kind_of(say({.type = MessageType::Request, .requested = "10.9.9.9"})), "nak");
}

TEST_F(DhcpAnswer, NeverRefusesTheClientsOfAnotherServerUnlessAuthoritative) {
  EXPECT_EQ(kind_of(say({.type = MessageType::Request, .ciaddr = "10.9.9.9"})), "silence");
  settings_.authoritative = true;
  EXPECT_EQ(kind_of(say({.type = MessageType::Request, .ciaddr = "10.9.9.9"})), "nak");
}

TEST_F(DhcpAnswer, GivesAnExpiredAddressBackToItsHolderOrElseToOthers) {
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(lease({}), "172.16.100.100");
    EXPECT_EQ(lease({.from = kWeb2}), "172.16.100.101");
    advance(std::chrono::hours{2});
  }
}

TEST_F(DhcpAnswer, ReusesTheLeaseThatEndedFirstWhenThePoolIsUsedUp) {
  settings_.unknown = UnknownClients::Discover;
  for (int i = 1; i <= 4; ++i) {
    EXPECT_EQ(lease({.from = mac("52:54:00:00:01:0" + std::to_string(i))}),
              "172.16.100.10" + std::to_string(i - 1));
    advance(std::chrono::minutes{10});
  }
  EXPECT_THAT(kinds(say({})), ElementsAre(SightingKind::PoolExhausted));
  advance(std::chrono::minutes{25});
  EXPECT_EQ(lease({}), "172.16.100.100");
}

TEST_F(DhcpAnswer, TakesAReleasedAddressBack) {
  ASSERT_EQ(lease(at("swp1")), "172.16.100.100");
  const Answer foreign =
      say({.type = MessageType::Release, .from = kWeb2, .ciaddr = "172.16.100.100"});
  EXPECT_FALSE(foreign.lease);
  const Answer said = say({.type = MessageType::Release, .ciaddr = "172.16.100.100"});
  EXPECT_EQ(kind_of(said), "silence");
  EXPECT_TRUE(said.persist);
  EXPECT_EQ(said.lease->state, LeaseState::Free);
}

TEST_F(DhcpAnswer, SetsADeclinedAddressAside) {
  ASSERT_EQ(lease({}), "172.16.100.100");
  const Answer said = say({.type = MessageType::Decline, .requested = "172.16.100.100"});
  EXPECT_TRUE(said.persist);
  EXPECT_THAT(kinds(said), ElementsAre(SightingKind::AddressDeclined));
  EXPECT_EQ(lease({.requested = "172.16.100.100"}), "172.16.100.101");
}

TEST_F(DhcpAnswer, LetsNobodyDeclineThePoolAway) {
  settings_.declines_a_holder = 2;
  for (const std::string address : {"172.16.100.100", "172.16.100.101"}) {
    ASSERT_EQ(lease({}), address);
    EXPECT_TRUE(say({.type = MessageType::Decline, .requested = address}).lease);
  }
  ASSERT_EQ(lease({}), "172.16.100.102");
  EXPECT_FALSE(say({.type = MessageType::Decline, .requested = "172.16.100.102"}).lease);
  EXPECT_EQ(lease({}), "172.16.100.102");
}

TEST_F(DhcpAnswer, InformsAClientThatHasAnAddressByOtherMeans) {
  const Answer said = say({.type = MessageType::Inform, .ciaddr = "172.16.100.7"});
  ASSERT_EQ(kind_of(said), "ack");
  EXPECT_TRUE(said.reply->packet.yiaddr.none());
  EXPECT_FALSE(said.reply->packet.options.has(code::kLeaseTime));
  EXPECT_FALSE(said.lease);
}

}  // namespace
}  // namespace switchyard::pxe::dhcp
