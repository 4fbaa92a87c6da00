#include "pxe/dhcp/advertiser.h"
#include "pxe/dhcp/v6/answer.h"
#include "tests/pxe/dhcp/site.h"

namespace switchyard::pxe::dhcp::v6 {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Address a6(std::string_view text) { return good(parse_ip(text)).key; }

const Buffer kDuid{0, 3, 0, 1, 0x52, 0x54, 0, 0, 0, 1};  // of kWeb1
const Buffer kOurDuid = server_duid(mac("52:54:00:ff:ff:ff"));

Buffer ia_na(std::uint32_t id, const std::vector<Address>& addresses = {}) {
  Buffer value;
  put_u32(value, id);
  put_u32(value, 0);
  put_u32(value, 0);
  for (const Address& address : addresses) {
    put_u16(value, 5);
    put_u16(value, 24);
    value.insert(value.end(), address.begin(), address.end());
    put_u32(value, 0);
    put_u32(value, 0);
  }
  return value;
}

Message message_of(Type type, bool to_us = false) {
  Message message{.type = type, .transaction = 0x123456};
  message.options.add(code::kClientId, kDuid);
  if (to_us) message.options.add(code::kServerId, kOurDuid);
  return message;
}

void ask_for_boot(Message& message, std::uint16_t arch) {
  message.options.add(code::kOptionRequest, Buffer{0, 59, 0, 23});
  Buffer list;
  put_u16(list, arch);
  message.options.add(code::kClientArch, list);
}

class DhcpV6 : public testing::Test {
 protected:
  Answer say(const Message& message, const std::vector<Hop>& hops = {}) {
    Arrival arrival{.source = a6(hops.empty() ? "fe80::5054:ff:fe00:1" : "fd00::2"),
                    .segment = settings_.segments.data(),
                    .server_duid = kOurDuid};
    return answer({hops, message}, arrival, {settings_, *cabling_});
  }

  std::vector<Address> addresses(const Answer& said) {
    std::vector<Address> all;
    if (!said.reply) return all;
    for (const IaNa& ia : good(read_ia_nas(said.reply->options)))
      all.insert(all.end(), ia.addresses.begin(), ia.addresses.end());
    return all;
  }

  std::string url(const Answer& said) {
    const Buffer* const value = said.reply ? said.reply->options.find(code::kBootFileUrl) : nullptr;
    return value == nullptr ? "" : std::string{as_text(*value)};
  }

  Settings settings_{.segments = {{.name = "a",
                                   .prefix = good(parse_prefix("fd99::/64")),
                                   .server = a6("fd99::1"),
                                   .dns = {a6("fd00::53")}}},
                     .boot = {.script_url = "http://[fd99::1]:8080/boot/ipxe",
                              .files_url = "http://[fd99::1]:8080/files/"}};
  std::shared_ptr<const Cabling> cabling_ =
      good(Cabling::make({{.server = "web1", .macs = {kWeb1}, .ports = {{"tor1", "swp1"}}},
                          {.server = "web2", .macs = {kWeb2}, .ports = {{"tor1", "swp2"}}}},
                         {{.switch_name = "tor1", .v6_addresses = {good(parse_ip("fd00::2"))}}}));
};

TEST_F(DhcpV6, AdvertisesAnAddressForEveryIa) {
  Message solicit = message_of(Type::Solicit);
  solicit.options.add(code::kIaNa, ia_na(1));
  solicit.options.add(code::kIaNa, ia_na(2));
  const Answer said = say(solicit);
  ASSERT_TRUE(said.reply);
  EXPECT_EQ(said.reply->type, Type::Advertise);
  EXPECT_EQ(said.reply->transaction, 0x123456U);
  EXPECT_THAT(addresses(said),
              ElementsAre(computed_address(settings_.segments[0].prefix, to_string(kWeb1), 0),
                          computed_address(settings_.segments[0].prefix, to_string(kWeb1), 1)));
  EXPECT_THAT(said.given, IsEmpty());
}

TEST_F(DhcpV6, RepliesToARequestThatNamesUs) {
  Message request = message_of(Type::Request, true);
  request.options.add(code::kIaNa, ia_na(7));
  const Answer said = say(request);
  ASSERT_TRUE(said.reply);
  EXPECT_EQ(said.reply->type, Type::Reply);
  EXPECT_EQ(said.given.at(0).holder, (Holder{.mac = kWeb1}));
  EXPECT_EQ(addresses(said), std::vector{said.given.at(0).address});
}

TEST_F(DhcpV6, IsSilentToARequestForAnotherServer) {
  Message request = message_of(Type::Request);
  request.options.add(code::kServerId, Buffer{0, 3, 0, 1, 9, 9, 9, 9, 9, 9});
  EXPECT_FALSE(say(request).reply);
  EXPECT_FALSE(say(message_of(Type::Renew)).reply);
  EXPECT_FALSE(say(message_of(Type::Solicit, true)).reply);
}

TEST_F(DhcpV6, RepliesAtOnceToARapidCommit) {
  Message solicit = message_of(Type::Solicit);
  solicit.options.add(code::kIaNa, ia_na(1));
  solicit.options.add(code::kRapidCommit, {});
  const Answer said = say(solicit);
  EXPECT_EQ(said.reply->type, Type::Reply);
  EXPECT_NE(said.reply->options.find(code::kRapidCommit), nullptr);
}

TEST_F(DhcpV6, EndsTheLifeOfAnAddressThatIsNotTheClients) {
  Message renew = message_of(Type::Renew, true);
  renew.options.add(code::kIaNa, ia_na(1, {a6("fd99::bad")}));
  const Answer said = say(renew);
  ASSERT_EQ(addresses(said).size(), 2U);
  EXPECT_EQ(addresses(said)[1], a6("fd99::bad"));
}

TEST_F(DhcpV6, ConfirmsOnlyWhatBelongsToTheLink) {
  const auto status = [&](std::string_view address) {
    Message confirm = message_of(Type::Confirm);
    confirm.options.add(code::kIaNa, ia_na(1, {a6(address)}));
    return read_u16(*say(confirm).reply->options.find(code::kStatus));
  };
  EXPECT_EQ(status("fd99::5"), 0);
  EXPECT_EQ(status("fd98::5"), 4);  // NotOnLink
}

TEST_F(DhcpV6, GivesEveryFirmwareItsUrl) {
  Message pxe = message_of(Type::Solicit);
  ask_for_boot(pxe, 7);
  EXPECT_EQ(url(say(pxe)), "tftp://[fd99::1]/snponly.efi");

  Message http = message_of(Type::Solicit);
  ask_for_boot(http, 16);
  Buffer vendor{0, 0, 1, 87, 0, 21};
  const std::string name = "HTTPClient:Arch:00016";
  vendor.insert(vendor.end(), name.begin(), name.end());
  http.options.add(code::kVendorClass, vendor);
  const Answer said = say(http);
  EXPECT_EQ(url(said), "http://[fd99::1]:8080/files/snponly.efi");
  EXPECT_EQ(vendor_class(said.reply->options), "HTTPClient");

  Message ipxe = message_of(Type::Solicit);
  ask_for_boot(ipxe, 7);
  ipxe.options.add(code::kUserClass, Buffer{0, 4, 'i', 'P', 'X', 'E'});
  EXPECT_EQ(url(say(ipxe)), "http://[fd99::1]:8080/boot/ipxe");
  EXPECT_EQ(url(say(message_of(Type::Solicit))), "");
}

TEST_F(DhcpV6, KnowsAServerByThePortItsRelayNames) {
  Message request = message_of(Type::Request, true);
  request.options.add(code::kIaNa, ia_na(1));
  const Hop hop{.link = a6("fd99::fe"),
                .peer = a6("fe80::5054:ff:fe00:1"),
                .interface_id = Buffer{'s', 'w', 'p', '1'}};
  const Answer said = say(request, {hop});
  EXPECT_EQ(said.given.at(0).holder.port, (PortName{"tor1", "swp1"}));
  EXPECT_EQ(said.given.at(0).address,
            computed_address(settings_.segments[0].prefix, "tor1/swp1", 0));
}

TEST_F(DhcpV6, RefusesAMacAtThePortOfAnotherServer) {
  const Hop hop{
      .link = a6("fd99::fe"), .interface_id = Buffer{'s', 'w', 'p', '2'}, .client_mac = kWeb1};
  const Answer said = say(message_of(Type::Solicit), {hop});
  EXPECT_FALSE(said.reply);
  ASSERT_EQ(said.seen.size(), 1U);
  EXPECT_EQ(said.seen[0].kind, SightingKind::Contradiction);
}

TEST_F(DhcpV6, IgnoresAnUnknownClientUnlessItIsToBeDiscovered) {
  cabling_ = std::make_shared<const Cabling>();
  EXPECT_FALSE(say(message_of(Type::Solicit)).reply);
  settings_.unknown = UnknownClients::Discover;
  EXPECT_TRUE(say(message_of(Type::Solicit)).reply);
}

TEST(DhcpV6Message, IsUnpackedFromItsRelaysAndPackedAgain) {
  Message inner = message_of(Type::Solicit);
  Buffer wire = encode_reply(inner, {});
  for (const std::uint8_t hop : {std::uint8_t{0}, std::uint8_t{1}}) {
    Buffer outer{12, hop};
    outer.resize(34);
    outer.insert(outer.end(), {0, 18, 0, 1, hop});
    put_u16(outer, 9);
    put_u16(outer, static_cast<std::uint16_t>(wire.size()));
    outer.insert(outer.end(), wire.begin(), wire.end());
    wire = outer;
  }
  const Received received = good(parse_datagram(wire));
  EXPECT_EQ(received.message, inner);
  ASSERT_EQ(received.hops.size(), 2U);
  EXPECT_EQ(received.hops[0].interface_id, Buffer{1});
  Buffer reply = encode_reply(inner, received.hops);
  EXPECT_EQ(reply[0], 13);
  EXPECT_EQ(reply.size(), wire.size());
}

TEST(DhcpV6Message, IsRefusedWhenItIsBroken) {
  EXPECT_THAT(parse_datagram(Buffer{1, 0}).error().message, HasSubstr("cut short"));
  EXPECT_THAT(parse_datagram(Buffer{1, 0, 0, 0, 0, 1, 0, 9}).error().message,
              HasSubstr("cut short"));
  EXPECT_THAT(parse_datagram(Buffer{7, 0, 0, 0}).error().message, HasSubstr("not of a client"));
  EXPECT_THAT(parse_datagram(Buffer(34, 12)).error().message, HasSubstr("without what it relays"));
}

TEST(ComputedAddress, IsTheHoldersOwn) {
  const Prefix prefix = good(parse_prefix("fd99::/64"));
  EXPECT_EQ(computed_address(prefix, "tor1/swp1", 0), computed_address(prefix, "tor1/swp1", 0));
  EXPECT_NE(computed_address(prefix, "tor1/swp1", 0), computed_address(prefix, "tor1/swp1", 1));
  EXPECT_NE(computed_address(prefix, "tor1/swp1", 0), computed_address(prefix, "tor1/swp10", 0));
  EXPECT_TRUE(contains(prefix, to_ip(computed_address(prefix, "tor1/swp1", 0))));
}

TEST(RouterAdvertisement, SendsClientsToDhcpv6OnlyWhereThereIsOne) {
  const Buffer none = router_advertisement(kWeb1, std::nullopt);
  EXPECT_EQ(hex(none),
            "8600000000000000000000000000000001"
            "01525400000001");
  const Buffer managed = router_advertisement(kWeb1, good(parse_prefix("fd99::/64")));
  EXPECT_EQ(managed.size(), none.size() + 32);
  EXPECT_EQ(managed[5], 0xc0);
  EXPECT_EQ(hex(Bytes{managed}.subspan(24, 4)), "03044080");
}

}  // namespace
}  // namespace switchyard::pxe::dhcp::v6
