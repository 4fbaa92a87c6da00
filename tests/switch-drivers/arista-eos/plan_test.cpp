#include "switch-drivers/arista-eos/plan.h"

#include "tests/switch-drivers/arista-eos/golden.h"

#include <gmock/gmock.h>

namespace switchyard::switch_drivers::arista_eos {
namespace {

std::string change(const PortIntent& from, const PortIntent& to) {
  return describe_change(kContext, std::vector<IntentChange>{{from, to}});
}

std::size_t at(const std::string& text, const std::string& line) {
  const std::size_t found = ("\n" + text).find("\n" + line + "\n");
  EXPECT_NE(found, std::string::npos) << line;
  return found;
}

TEST(EosPlan, EachTransitionIsItsGoldenFile) {
  expect_golden("deploy.txt", change(provisioning_port(kPort), routed()));
  expect_golden("release.txt", change(routed(), provisioning_port(kPort)));
  PortIntent granted = routed();
  granted.attachments[0].accept.push_back(prefix("10.1.0.200/32"));
  expect_golden("grant.txt", change(routed(), granted));
  expect_golden("close.txt", change(provisioning_port(kPort), shut_port(kPort)));
}

TEST(EosPlan, NothingChangesNothing) {
  for (const PortIntent& intent : {shut_port(kPort), provisioning_port(kPort), routed()})
    EXPECT_EQ(change(intent, intent), "");
}

TEST(EosPlan, FiltersComeBeforeTheirNeighbourAndGoAfterIt) {
  const std::string deploy = change(provisioning_port(kPort), routed());
  EXPECT_TRUE(deploy.starts_with("configure session\ninterface Ethernet5\nshutdown\n")) << deploy;
  const std::string neighbour =
      "neighbor interface Ethernet5.101 peer-group SWY-N-Ethernet5.101 remote-as 4200000005";
  EXPECT_LT(at(deploy, "ip prefix-list SWY-P-Ethernet5.101"), at(deploy, neighbour));
  EXPECT_LT(at(deploy, "neighbor SWY-N-Ethernet5.101 prefix-list SWY-P-Ethernet5.101 in"),
            at(deploy, neighbour));
  EXPECT_LT(at(deploy, "vrf vrf-prv\nip verify unicast source reachable-via rx"),
            at(deploy, "commit timer"));
  EXPECT_LT(at(deploy, "commit timer"), at(deploy, "no shutdown"));
  const std::string release = change(routed(), provisioning_port(kPort));
  EXPECT_LT(at(release, "no neighbor interface Ethernet5.101"),
            at(release, "no ip prefix-list SWY-P-Ethernet5.101"));
  EXPECT_LT(at(release, "no ip prefix-list SWY-P-Ethernet5.101"),
            at(release, "no interface Ethernet5.101"));
}

TEST(EosPlan, AChangeInPlaceDoesNotCloseThePort) {
  PortIntent granted = routed();
  granted.attachments[0].accept.push_back(prefix("10.1.0.200/32"));
  EXPECT_EQ(change(routed(), granted).find("shutdown"), std::string::npos);
}

TEST(EosPlan, AnotherVrfOnATagGoesThroughShut) {
  PortIntent moved = routed();
  moved.attachments[0].vrf = {"vrf-oth"};
  EXPECT_NE(change(routed(), moved).find("\nshutdown\n"), std::string::npos);
}

TEST(EosPlan, SharedPolicyAnotherPortUsesStays) {
  PortIntent other = routed();
  other.port = "Ethernet6";
  const std::string text = describe_change(
      kContext, std::vector<IntentChange>{{routed(), provisioning_port(kPort)}, {other, other}});
  EXPECT_EQ(text.find("no route-map"), std::string::npos);
  EXPECT_EQ(text.find("Ethernet6"), std::string::npos);
}

}  // namespace
}  // namespace switchyard::switch_drivers::arista_eos
