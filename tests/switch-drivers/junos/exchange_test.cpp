// What a Junos switch answers, and what a broken or hostile one may.
#include "switch-drivers/junos/exchange.h"

#include "switch-drivers/junos/requirements.h"
#include "tests/switch-drivers/intents.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace switchyard::switch_drivers::junos {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

NetconfReply reply(const std::string& content) {
  return parse_reply(fmt::format("<rpc-reply message-id=\"1\" "
                                 "xmlns=\"urn:ietf:params:xml:ns:netconf:base:1.0\" "
                                 "xmlns:junos=\"urn:j\">{}</rpc-reply>",
                                 content),
                     "1")
      .value();
}

TEST(JunosExchange, ATimeIsInWholeMinutesAndNotLess) {
  EXPECT_THAT(commit_for(10s), HasSubstr("<confirm-timeout>60<"));
  EXPECT_THAT(commit_for(60s), HasSubstr("<confirm-timeout>60<"));
  EXPECT_THAT(commit_for(61s), HasSubstr("<confirm-timeout>120<"));
  EXPECT_EQ(commit_for_good(), "<commit/>");
}

TEST(JunosExchange, InterfacesAreReadFromOneEngineOrMany) {
  const std::string one =
      "<interface-information xmlns=\"http://xml.juniper.net/junos/21.1R1/junos-interface\">"
      "<physical-interface><name>\net-0/0/5\n</name><admin-status>\nup\n</admin-status>"
      "<logical-interface><name>et-0/0/5.101</name><admin-status>down</admin-status>"
      "</logical-interface></physical-interface></interface-information>";
  for (const std::string& text :
       {one, "<multi-routing-engine-results><multi-routing-engine-item><re-name>fpc0</re-name>" +
                 one + "</multi-routing-engine-item></multi-routing-engine-results>"}) {
    const auto up = parse_interfaces(reply(text));
    ASSERT_TRUE(up);
    EXPECT_EQ(*up, (std::map<std::string, bool>{{"et-0/0/5", true}, {"et-0/0/5.101", false}}));
  }
}

TEST(JunosExchange, NeighboursHaveTheirUnitBesideThemOrBehindThePercent) {
  const auto neighbours = parse_neighbours(reply(
      "<bgp-information><bgp-peer><peer-address>fe80::1%et-0/0/5.101+179</peer-address>"
      "<peer-as>4200000005</peer-as><peer-state>Established</peer-state><peer-cfg-rti>vrf-prv"
      "</peer-cfg-rti><elapsed-time junos:seconds=\"77\">1:17</elapsed-time></bgp-peer>"
      "<bgp-peer><peer-address>fe80::2</peer-address><peer-as>x</peer-as><local-interface-name>"
      "et-0/0/6.101</local-interface-name></bgp-peer></bgp-information>"));
  ASSERT_TRUE(neighbours);
  ASSERT_EQ(neighbours->size(), 2U);
  EXPECT_EQ(neighbours->at(0).unit, "et-0/0/5.101");
  EXPECT_EQ(neighbours->at(0).address, "fe80::1%et-0/0/5.101");
  EXPECT_EQ(neighbours->at(0).asn, 4200000005U);
  EXPECT_EQ(neighbours->at(0).established_for, 77s);
  EXPECT_EQ(neighbours->at(1).unit, "et-0/0/6.101");
  EXPECT_EQ(neighbours->at(1).asn, 0U);
}

TEST(JunosExchange, RoutesAreSortedAndAStrangeOneIsRefused) {
  const auto table = [](const std::string& destination) {
    return reply(
        "<route-information><route-table><table-name>v.inet.0</table-name><rt>"
        "<rt-destination>" +
        destination +
        "</rt-destination><rt-entry><learned-from>fe80::1</learned-from></rt-entry></rt>"
        "<rt><rt-destination>10.0.0.1</rt-destination><rt-prefix-length>32"
        "</rt-prefix-length><rt-entry><learned-from>fe80::1</learned-from></rt-entry></rt>"
        "</route-table></route-information>");
  };
  const auto routes = parse_routes(table("10.1.0.5/32"));
  ASSERT_TRUE(routes) << routes.error().message;
  EXPECT_THAT(routes->at("fe80::1"), ElementsAre(prefix("10.0.0.1/32"), prefix("10.1.0.5/32")));
  for (const char* strange : {"", "10.1.0.5/33", "10.1.0.5/8", "hello"})
    EXPECT_FALSE(parse_routes(table(strange))) << strange;
}

TEST(JunosExchange, CountsWhatWasRefusedByKind) {
  EXPECT_EQ(count_refused({prefix("0.0.0.0/0"), prefix("10.0.0.0/8"), prefix("10.1.0.9/32"),
                           prefix("10.1.0.8/32"), prefix("::/0")}),
            (std::vector<RefusedCount>{{Family::V4, RefusedKind::Default, 1},
                                       {Family::V4, RefusedKind::HostRoute, 2},
                                       {Family::V4, RefusedKind::Network, 1},
                                       {Family::V6, RefusedKind::Default, 1}}));
}

TEST(JunosExchange, AnotherAnswerIsRejected) {
  const NetconfReply other = reply("<data><system/></data>");
  EXPECT_EQ(parse_config(other).error().code, Errc::Rejected);
  EXPECT_EQ(parse_interfaces(other).error().code, Errc::Rejected);
  EXPECT_EQ(parse_neighbours(other).error().code, Errc::Rejected);
  EXPECT_EQ(parse_routes(other).error().code, Errc::Rejected);
  EXPECT_EQ(parse_software(other).error().code, Errc::Rejected);
  EXPECT_EQ(parse_boot_time(other).error().code, Errc::Rejected);
}

class JunosRequirements : public testing::Test {
 protected:
  static Config config(const std::string& more) {
    return parse_config(reply("<data><configuration><routing-options><autonomous-system><as-number>"
                              "65001</as-number></autonomous-system></routing-options><vlans><vlan>"
                              "<name>p</name><vlan-id>100</vlan-id></vlan></vlans>" +
                              more + "</configuration></data>"))
        .value();
  }

  static std::string instances(const std::string& type, const std::string& attribute = "") {
    std::string text;
    for (const char* name : {"vrf-prv", "vrf-pub"})
      text += fmt::format("<instance{}><name>{}</name><instance-type>{}</instance-type></instance>",
                          attribute, name, type);
    return "<routing-instances>" + text + "</routing-instances>";
  }

  static Status check(const PortIntent& intent, const Config& config, std::uint32_t asn = 65001) {
    const std::map<std::string, bool> interfaces{{"et-0/0/5", true}};
    return check_requirements(intent, {config, interfaces, Asn{asn}});
  }
};

TEST_F(JunosRequirements, AreMet) {
  EXPECT_TRUE(check(routed_port("et-0/0/5"), config(instances("virtual-router"))));
  EXPECT_TRUE(check(routed_port("et-0/0/5"), config(instances("vrf"))));
  EXPECT_TRUE(check(provisioning_port("et-0/0/5"), config("")));
}

TEST_F(JunosRequirements, NameWhatIsMissing) {
  const PortIntent routed = routed_port("et-0/0/5");
  const auto message = [](const Status& status) {
    return status ? std::string{} : status.error().message;
  };
  EXPECT_EQ(check(routed_port("et-0/0/9"), config("")).error().code, Errc::NotFound);
  EXPECT_THAT(message(check(routed, config(""))), HasSubstr("no routing instance vrf-prv"));
  EXPECT_THAT(message(check(routed, config(instances("evpn")))), HasSubstr("of type evpn"));
  EXPECT_THAT(message(check(routed, config(instances("vrf", " inactive=\"inactive\"")))),
              HasSubstr("deactivated"));
  EXPECT_THAT(message(check(routed, config(instances("vrf")), 65002)), HasSubstr("AS 65002"));
  EXPECT_THAT(message(check(segment_port("et-0/0/5"), config(""))), HasSubstr("no VLAN 201"));
  EXPECT_THAT(message(check(provisioning_port("et-0/0/5"),
                            config("<interfaces><interface><name>et-0/0/5</name><apply-groups>g"
                                   "</apply-groups></interface></interfaces>"))),
              HasSubstr("apply-groups"));
}

TEST_F(JunosRequirements, OfTheSwitchAreSaidForAPerson) {
  const std::map<std::string, bool> interfaces;
  EXPECT_THAT(problems_of({config(instances("vrf")), interfaces, Asn{65001}}), IsEmpty());
  EXPECT_EQ(problems_of({config(""), interfaces, Asn{65002}}).size(), 2U);
}

}  // namespace
}  // namespace switchyard::switch_drivers::junos
