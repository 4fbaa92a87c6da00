#include "switch-drivers/linux-frr/wish.h"

#include "switch-drivers/linux-frr/snippet.h"
#include "tests/switch-drivers/intents.h"
#include "tests/switch-drivers/linux-frr/replay.h"

#include <gmock/gmock.h>

#include <map>
#include <set>
#include <tuple>

namespace switchyard::switch_drivers::linux_frr {
namespace {

const WishContext kContext{.asn = Asn{65001},
                           .bridge = "br0",
                           .quarantine = "vrf-quarantine",
                           .port_mtu = 1500,
                           .port_max_mtu = 9216};

PortState wish(const PortIntent& intent) { return wished_state(intent, kContext); }

TEST(WishedState, ARoutedPortIsInQuarantineAndItsTagsInTheirVrfs) {
  const PortState state = wish(routed_port());
  EXPECT_EQ(state.master, "vrf-quarantine");
  EXPECT_FALSE(state.bridge);
  EXPECT_EQ(state.subinterfaces.at("swp1.101").master, "vrf-prv");
  EXPECT_EQ(state.subinterfaces.at("swp1.201").master, "vrf-pub");
  EXPECT_EQ(state.mtu, 1504U);
  EXPECT_EQ(state.subinterfaces.at("swp1.101").mtu, 1500U);
  EXPECT_TRUE(state.dead_ends.contains("vrf-prv v6"));
  EXPECT_TRUE(state.dead_ends.contains("vrf-quarantine v4"));
}

TEST(WishedState, AProvisioningPortIsIsolatedInOneUntaggedVlan) {
  const PortState state = wish(provisioning_port());
  EXPECT_EQ(state.master, "br0");
  ASSERT_TRUE(state.bridge);
  EXPECT_TRUE(state.bridge->isolated);
  EXPECT_EQ(state.bridge->vlans.size(), 1U);
  EXPECT_EQ(state.bridge->vlans.at(100), (VlanMembership{.pvid = true, .untagged = true}));
  EXPECT_TRUE(state.subinterfaces.empty() && state.frr.empty() && state.frr_shared.empty());
}

TEST(WishedState, AShutPortIsDownAndMemberOfNothing) {
  const PortState state = wish(shut_port());
  EXPECT_FALSE(state.up);
  EXPECT_TRUE(state.master.empty() && !state.bridge && state.filters.empty() && state.frr.empty());
}

TEST(WishedState, LeavesADeviceAloneThatIsAlreadyPastItsOwnLimit) {
  WishContext odd = kContext;
  odd.port_max_mtu = 1500;
  odd.port_mtu = 9000;
  EXPECT_EQ(wished_state(routed_port(), odd).mtu, 9000U);
  odd.port_mtu = 1280;
  EXPECT_EQ(wished_state(routed_port(), odd).mtu, 1500U);
}

TEST(WishedFrr, EveryListEndsInADenyAndNoneHasADescription) {
  const WishedFrr frr = wished_frr(routed_port(), kContext);
  std::set<std::string> lists, denied;
  for (const FrrLines* lines : {&frr.own, &frr.shared}) {
    for (const FrrLine& line : *lines) {
      const auto parts = words(line.block);
      if (parts.size() < 3 || parts[1] != "prefix-list") continue;
      EXPECT_EQ(line.block.find("description"), std::string::npos);
      lists.insert(std::string{parts[0]} + std::string{parts[2]});
      if (line.block.ends_with("seq 65000 deny any"))
        denied.insert(std::string{parts[0]} + std::string{parts[2]});
    }
  }
  EXPECT_EQ(lists, denied);
  EXPECT_EQ(lists.size(),
            10U);  // two ports' lists, two advertised sets, one for nothing; two families
}

TEST(WishedFrr, EveryNeighborHasAnAsnAListAndAGroupThatDeniesByItself) {
  const WishedFrr frr = wished_frr(routed_port(), kContext);
  const std::string block = "router bgp 65001 vrf vrf-prv";
  EXPECT_TRUE(frr.own.contains({block, "", "neighbor swp1.101 remote-as 4200000005"}));
  for (const char* family : {"address-family ipv4 unicast", "address-family ipv6 unicast"}) {
    EXPECT_TRUE(
        frr.own.contains({block, family, "neighbor swp1.101 prefix-list SWY-P-swp1.101 in"}));
    const auto denies =
        std::count_if(frr.shared.begin(), frr.shared.end(), [&](const FrrLine& line) {
          return line.block == block && line.family == family &&
                 line.text.ends_with("prefix-list SWY-NOTHING in");
        });
    EXPECT_EQ(denies, 1);
  }
}

TEST(WishedFrr, PortsThatWantTheSameShareItAndOthersDoNot) {
  const FrrLines one = wished_frr(routed_port("swp1"), kContext).shared;
  EXPECT_EQ(one, wished_frr(routed_port("swp2"), kContext).shared);
  PortIntent other = routed_port("swp2");
  other.attachments[0].advertise.push_back(prefix("192.0.2.0/24"));
  EXPECT_NE(one, wished_frr(other, kContext).shared);
  other = routed_port("swp2");
  other.attachments[0].hold = std::chrono::seconds{30};
  EXPECT_NE(one, wished_frr(other, kContext).shared);
}

TEST(WishedFrr, HidesTheLinkFromAnFrrThatCrashesOverIt) {
  const FrrLine line{"interface swp1.101", "", "no link-detect"};
  WishContext old = kContext;
  old.frr_version = 804;
  EXPECT_TRUE(wished_frr(routed_port(), old).own.contains(line));
  old.frr_version = 805;
  EXPECT_FALSE(wished_frr(routed_port(), old).own.contains(line));
}

TEST(SubinterfaceFilters, PassOnlyTheServersOwnAddresses) {
  for (const Filter& filter : subinterface_filters(routed_port().attachments[0])) {
    if (filter.action == "drop") continue;
    const bool own =
        filter.match.ends_with("src_ip 10.1.0.5") || filter.match.ends_with("src_ip fd10:1::5");
    const bool link_local = filter.match.find("src_ip fe80::/10") != std::string::npos ||
                            filter.match.ends_with("src_ip ::");
    EXPECT_TRUE(own || link_local) << filter.match;
  }
}

Filter at_egress(Filter filter) {
  filter.leaving = true;
  return filter;
}

TEST(AccessFilters, LetALimitedServerTalkToItsServicesOnly) {
  const Filters filters = access_filters(limited_port());
  for (const Filter& filter : filters) {
    if (filter.leaving || filter.action == "drop" || filter.protocol == "LLDP") continue;
    const bool to_service = filter.match.find("172.16.100.1") != std::string::npos ||
                            filter.match.find("dst_ip fd64::1") != std::string::npos ||
                            filter.match.find("dst_ip ff02::1:ff00:1") != std::string::npos;
    const bool asks = filter.match == "ip_proto udp dst_ip 255.255.255.255 dst_port 67" ||
                      filter.match == "ip_proto udp dst_ip ff02::1:2 dst_port 547" ||
                      filter.match == "ip_proto icmpv6 dst_ip ff02::2 type 133";
    EXPECT_TRUE(to_service || asks) << filter.match;
  }
  const Filter rest{.preference = 100, .handle = 1, .protocol = "all", .action = "drop"};
  EXPECT_TRUE(filters.contains(rest));
  EXPECT_TRUE(filters.contains(at_egress(rest)));
}

TEST(AccessFilters, RefuseTheNameOfAServiceBeforeTheyLetAnythingPass) {
  std::map<std::string, unsigned> first_pass;
  std::map<std::string, unsigned> last_drop;
  for (const Filter& filter : access_filters(limited_port())) {
    if (filter.leaving || filter.match.empty()) continue;
    if (filter.action == "pass") first_pass.try_emplace(filter.protocol, filter.preference);
    if (filter.action == "drop") last_drop[filter.protocol] = filter.preference;
  }
  for (const char* protocol : {"ip", "arp", "ipv6"})
    EXPECT_LT(last_drop.at(protocol), first_pass.at(protocol)) << protocol;
}

TEST(AccessFilters, LetNothingButTheServicesToALimitedServer) {
  for (const Filter& filter : access_filters(limited_port())) {
    if (!filter.leaving || filter.action == "drop" || filter.protocol == "LLDP") continue;
    EXPECT_TRUE(filter.match == "src_ip 172.16.100.1" || filter.match == "arp_sip 172.16.100.1" ||
                filter.match == "src_ip fd64::1")
        << filter.match;
  }
}

// tc refuses a second one; a link-local address and a global one often end alike.
TEST(AccessFilters, HaveNoMatchTwiceInAPreferenceAndOneProtocolInEach) {
  PortIntent intent = limited_port();
  intent.services.push_back(*parse_ip("fe80::1"));
  std::set<std::tuple<bool, unsigned, std::string>> matches;
  std::map<std::pair<bool, unsigned>, std::string> protocols;
  for (const Filter& filter : access_filters(intent)) {
    EXPECT_TRUE(matches.insert({filter.leaving, filter.preference, filter.match}).second)
        << filter.match;
    EXPECT_EQ(
        protocols.try_emplace({filter.leaving, filter.preference}, filter.protocol).first->second,
        filter.protocol);
  }
}

TEST(AccessFilters, OfAServerThatIsNotLimitedOnlyRefuseToBeTheService) {
  for (const Filter& filter : access_filters(provisioning_port())) {
    EXPECT_EQ(filter.action, "drop");
    EXPECT_FALSE(filter.leaving);
  }
}

TEST(Snippet, IsGoldenInEveryMode) {
  expect_golden("routed.conf", wish(routed_port()).snippet.value());
  expect_golden("provisioning.conf", wish(provisioning_port()).snippet.value());
  expect_golden("limited.conf", wish(limited_port()).snippet.value());
  expect_golden("segment.conf", wish(segment_port()).snippet.value());
  expect_golden("shut.conf", wish(shut_port()).snippet.value());
  expect_golden("base.conf", render_base("vrf-quarantine", 1255));
}

TEST(WishedFrr, IsTheSameWithWhatOtherPortsLeftInTheMemo) {
  std::vector<PortIntent> intents{routed_port(), routed_port("swp2")};
  const auto vary = [&](const auto& change) {
    intents.push_back(routed_port());
    change(intents.back().attachments[0]);
  };
  vary([](Attachment& a) { a.keepalive = std::chrono::seconds(1); });
  vary([](Attachment& a) { a.hold = std::chrono::seconds(4); });
  vary([](Attachment& a) { a.maximum_prefix = 2; });
  vary([](Attachment& a) { a.vrf = VrfName{"vrf-x"}; });
  vary([](Attachment& a) { a.server_asn = Asn{4'200'000'099}; });
  vary([](Attachment& a) { a.accept.clear(); });
  vary([](Attachment& a) { a.advertise.clear(); });
  WishContext other = kContext;
  other.asn = Asn{65099};
  PolicyMemo memo;
  for (const WishContext& context : {kContext, other}) {
    for (const PortIntent& intent : intents) {
      const WishedFrr alone = wished_frr(intent, context);
      const WishedFrr after_others = wished_frr(intent, context, memo);
      EXPECT_EQ(after_others.own, alone.own);
      EXPECT_EQ(after_others.shared, alone.shared);
    }
  }
}

}  // namespace
}  // namespace switchyard::switch_drivers::linux_frr
