// Foreign bytes -> values: eAPI's answers, configuration text, JSON of show commands.
#include "switch-drivers/arista-eos/reading.h"

#include "switch-drivers/arista-eos/config.h"
#include "switch-drivers/arista-eos/eapi.h"
#include "switch-drivers/arista-eos/requirements.h"
#include "tests/switch-drivers/arista-eos/golden.h"

#include <gmock/gmock.h>

namespace switchyard::switch_drivers::arista_eos {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Eapi, AsksForTextOfCommandsInOrder) {
  EXPECT_EQ(
      eapi_request(std::vector<std::string>{"enable", "show \"x\""}, "swy-1"),
      R"({"id":"swy-1","jsonrpc":"2.0","method":"runCmds","params":{"cmds":["enable","show \"x\""],"format":"text","version":1}})");
}

TEST(Eapi, AnswersAreOneForEachCommand) {
  const auto answer =
      parse_eapi(R"({"jsonrpc":"2.0","id":"a","result":[{"output":""},{"output":"x\n"}]})", 2, "a");
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->ok());
  EXPECT_THAT(answer->outputs, ElementsAre("", "x\n"));
}

TEST(Eapi, ACommandThatFailedIsNamedWithItsComplaint) {
  const auto answer = parse_eapi(
      R"({"jsonrpc":"2.0","id":"a","error":{"code":1002,"message":"CLI command 2 of 3 'x' failed: invalid command",)"
      R"x("data":[{"output":"one"},{"errors":["Invalid input (at token 0: 'x')"]}]}})x",
      3, "a");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->failed, 1U);
  EXPECT_EQ(answer->complaint, "Invalid input (at token 0: 'x')");
  EXPECT_THAT(answer->outputs, ElementsAre("one"));
}

TEST(Eapi, WhatIsNoAnswerToThisRequestIsInvalid) {
  for (const char* body :
       {"", "[]", "{}", R"({"id":"b","result":[{"output":""}]})", R"({"id":"a","result":[]})",
        R"({"id":"a","result":[{},{}]})", R"({"id":"a","error":{"code":1002,"data":[]}})",
        R"({"id":"a","error":{"code":1002,"data":[{},{},{}]}})"})
    EXPECT_FALSE(parse_eapi(body, 1, "a")) << body;
  const auto other =
      parse_eapi(R"({"id":"a","error":{"code":-32600,"message":"Invalid request"}})", 1, "a");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Errc::Rejected);
}

TEST(EosConfigText, LinesHaveTheSectionsTheyStandIn) {
  const auto config = parse_config(read_file("transcripts/running-config.txt"));
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_TRUE(config->contains({"interface Ethernet5", "switchport access vlan 100"}));
  EXPECT_TRUE(config->contains({"router bgp 65001", "vrf vrf-prv"}));
  EXPECT_TRUE(config->contains(
      {"router bgp 65001", "address-family evpn", "neighbor EVPN-OVERLAY-PEERS activate"}));
  EXPECT_THAT(ports_of(*config), ElementsAre("Ethernet5", "Ethernet51"));
  EXPECT_THAT(problems_of(*config, kContext), IsEmpty());
  EXPECT_TRUE(check_requirements(routed(), *config, kContext)) << "a good base configuration";
  EXPECT_TRUE(check_requirements(provisioning_port(kPort), *config, kContext));
}

TEST(EosConfigText, ATextThatIsCutIsNotTakenForWhole) {
  const std::string whole = read_file("transcripts/running-config.txt");
  for (std::size_t bytes = 0; bytes + 5 < whole.size(); bytes += 37)
    EXPECT_FALSE(parse_config(whole.substr(0, bytes)));
}

TEST(EosRequirements, NameWhatIsMissing) {
  const auto config = parse_config(read_file("transcripts/running-config.txt"));
  ASSERT_TRUE(config);
  const auto why = [&](const PortIntent& intent, const Line& without) {
    Config less = *config;
    if (!without.empty())
      for (const Line& line : section(*config, without))
        less.erase(line);
    const auto status = check_requirements(intent, less, kContext);
    return status ? "" : status.error().message;
  };
  EXPECT_THAT(why(routed(), {"vrf instance vrf-prv"}), HasSubstr("vrf instance vrf-prv"));
  EXPECT_THAT(why(routed(), {"router bgp 65001", "vrf vrf-pub"}), HasSubstr("vrf vrf-pub"));
  EXPECT_THAT(why(routed(), {"vrf instance vrf-quarantine"}), HasSubstr("vrf-quarantine"));
  EXPECT_THAT(why(routed(), {"ipv6 unicast-routing vrf vrf-prv"}), HasSubstr("ipv6"));
  EXPECT_THAT(why(provisioning_port(kPort), {"vlan 100-102"}), HasSubstr("VLAN 100"));
  EXPECT_THAT(why(provisioning_port("Ethernet9"), {}), HasSubstr("not on the switch"));
  Config less = *config;
  less.erase({"service routing protocols model multi-agent"});
  less.insert({"ip routing vrf vrf-quarantine"});
  EXPECT_EQ(problems_of(less, kContext).size(), 2U);
}

TEST(EosReading, FindsTheSessionWithTheTimerAndOursThatAreOpen) {
  const auto sessions = parse_sessions(
      R"({"maxOpenSessions":5,"sessions":{"swy-a":{"state":"pendingCommitTimer"},"swy-b":{"state":"pending"},)"
      R"("bob":{"state":"pending"},"swy-c":{"state":"completed"}}})");
  ASSERT_TRUE(sessions);
  EXPECT_EQ(sessions->timer, "swy-a");
  EXPECT_THAT(sessions->ours, ElementsAre("swy-b"));
  EXPECT_FALSE(parse_sessions("{}"));
}

TEST(EosReading, PeersAreFoundByTheirInterface) {
  const auto peers = parse_bgp_summary(
      R"({"vrfs":{"vrf-prv":{"peers":{"fe80::2%Et5.101":{"peerState":"Established","peerAsn":"4200000005","upDownSeconds":12.5},)"
      R"("Ethernet6.101":{"peerState":"Active","peerAsn":7},"10.0.0.1":{"peerState":"Idle"}}}}})");
  ASSERT_TRUE(peers);
  ASSERT_EQ(peers->size(), 2U);
  const BgpPeer& peer = peers->at({"vrf-prv", "Ethernet5.101"});
  EXPECT_EQ(peer.remote_asn, 4200000005U);
  EXPECT_EQ(peer.established_for, std::chrono::milliseconds{12'500});
  EXPECT_FALSE(parse_bgp_summary("{}"));
}

TEST(EosReading, RefusedIsWhatWasReceivedAndNotAccepted) {
  const auto received = parse_routes(
      R"({"vrfs":{"v":{"bgpRouteEntries":{"10.1.0.5/32":{},"0.0.0.0/0":{},"10.1.0.0/24":{},"10.1.0.6/32":{}}}}})",
      "v");
  ASSERT_TRUE(received);
  EXPECT_EQ(refused(*received, {prefix("10.1.0.5/32")}),
            (std::vector<RefusedCount>{{Family::V4, RefusedKind::Default, 1},
                                       {Family::V4, RefusedKind::HostRoute, 1},
                                       {Family::V4, RefusedKind::Network, 1}}));
  EXPECT_FALSE(parse_routes(R"({"vrfs":{"v":{"bgpRouteEntries":{"x":{}}}}})", "v"));
}

}  // namespace
}  // namespace switchyard::switch_drivers::arista_eos
