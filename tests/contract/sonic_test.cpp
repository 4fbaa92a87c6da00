// What only SONiC has: rows that are written and not done, one file for all ports, names that are
// too long.
#include "tests/contract/driver_bench.h"
#include "tests/fakes/switch/sonic/fake_sonic.h"

#include <gmock/gmock.h>

namespace switchyard::contract {
namespace {

using switch_drivers::PortIntent;
using switch_drivers::Settlement;
using switch_drivers::Verdict;
using testing::HasSubstr;
using testing::Not;

class Sonic : public testing::Test {
 protected:
  fakes::FakeSonic& device() { return dynamic_cast<fakes::FakeSonic&>(bench_.device()); }

  std::string saved() { return device().file("/etc/sonic/config_db.json"); }

  DriverBench bench_{"sonic"};
};

TEST_F(Sonic, APortThatDoesNotReadBackIsNotOpened) {
  device().lie_about_filters(prefix("10.1.0.5/32"), prefix("10.1.0.66/32"));
  const auto applied =
      bench_.driver().apply(std::vector{routed(bench_.port(), 5)}, {.change_id = "chg-l"});
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_FALSE(applied->front().status);
  EXPECT_FALSE(device().port_view(bench_.port()).up);
}

TEST_F(Sonic, KeepingOnePortSavesNoOther) {
  const auto applied = bench_.driver().apply(
      std::vector{routed(bench_.port(0), 5), routed(bench_.port(1), 6)}, {.change_id = "chg-1"});
  ASSERT_TRUE(applied && applied->at(0).status && applied->at(1).status);
  const auto settled =
      bench_.driver().settle("chg-1", std::vector{Settlement{bench_.port(0), Verdict::Keep}});
  ASSERT_TRUE(settled && settled->front().status) << settled->front().status.error().message;
  EXPECT_THAT(saved(), HasSubstr(bench_.port(0) + ".101"));
  EXPECT_THAT(saved(), Not(HasSubstr(bench_.port(1) + ".101")));
  device().reboot();
  EXPECT_TRUE(device().port_view(bench_.port(0)).up);
  EXPECT_FALSE(device().port_view(bench_.port(1)).up);
  bench_.expect_no_violation();
}

TEST_F(Sonic, WhatAPersonLeftUnsavedStaysUnsaved) {
  (void)device().console("sonic-db-cli CONFIG_DB HSET 'VLAN|Vlan777' vlanid 777");
  bench_.make(provisioning(bench_.port()));
  EXPECT_THAT(saved(), Not(HasSubstr("Vlan777")));
  EXPECT_THAT(saved(), HasSubstr("VLAN_MEMBER"));
}

TEST_F(Sonic, APortChannelMemberIsRefusedAndNothingIsSent) {
  (void)device().console("sonic-db-cli CONFIG_DB HSET 'PORTCHANNEL_MEMBER|PortChannel1|" +
                         bench_.port() + "' NULL NULL");
  const long long steps = device().steps();
  const auto applied =
      bench_.driver().apply(std::vector{provisioning(bench_.port())}, {.change_id = "chg-p"});
  ASSERT_TRUE(applied);
  ASSERT_FALSE(applied->front().status);
  EXPECT_THAT(applied->front().status.error().message, HasSubstr("PortChannel1"));
  EXPECT_EQ(device().steps(), steps);
}

TEST_F(Sonic, AStepThatFailsEndsTheChangeAndTheSwitchTakesThePortBack) {
  bench_.make(provisioning(bench_.port()));
  device().refuse_lines("DEL VLAN_MEMBER|Vlan100|" + bench_.port(), true);
  const auto applied =
      bench_.driver().apply(std::vector{routed(bench_.port(), 5)}, {.change_id = "chg-w"});
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_FALSE(applied->front().status);
  EXPECT_FALSE(device().port_view(bench_.port()).up);
  device().clear_faults();
  bench_.advance(61s);
  bench_.expect_equal(provisioning(bench_.port()));
}

TEST_F(Sonic, NothingIsInForceWhenTheTimerCannotBeStarted) {
  bench_.make(provisioning(bench_.port()));
  const std::string before = device().fingerprint();
  device().set_fault({.kind = fakes::SwitchFault::Kind::Refuse, .matching = "deadman arm"});
  const auto applied =
      bench_.driver().apply(std::vector{routed(bench_.port(), 5)}, {.change_id = "chg-t"});
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, Errc::Rejected);
  EXPECT_EQ(device().fingerprint(), before);
}

// A rack at once: the ports' steps take turns, and one that fails holds back no other.
TEST(SonicRack, GoesInThreeRoundTripsButForThePortThatFails) {
  constexpr int kPorts = 48;
  fakes::FakeClock clock;
  fakes::SshServer ssh;
  fakes::SwitchPlan plan{
      .name = "tor1", .asn = 65001, .vrfs = {{"Vrf_vrf-prv", 1001}, {"Vrf_vrf-pub", 1002}}};
  for (int i = 0; i < kPorts; ++i)
    plan.server_ports.push_back("Ethernet" + std::to_string(4 * i));
  fakes::FakeSonic device(ssh, clock, plan);
  auto driver = switch_drivers::make_driver("sonic",
                                            {.name = "tor1",
                                             .address = "127.0.0.1",
                                             .port = device.port(),
                                             .password = Secret("switch"),
                                             .host_key = device.host_key()},
                                            {.asn = Asn{65001}});
  ASSERT_TRUE(driver);
  std::vector<PortIntent> wished;
  for (int i = 0; i < kPorts; ++i)
    wished.push_back(routed(plan.server_ports.at(static_cast<std::size_t>(i)), i + 1));
  device.refuse_port("Ethernet100", true);
  const auto applied = (*driver)->apply(wished, {.change_id = "chg-rack"});
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_EQ(device.exchanges(), 3);
  std::vector<Settlement> settlements;
  for (const auto& outcome : *applied) {
    EXPECT_EQ(outcome.status.has_value(), outcome.port != "Ethernet100") << outcome.port;
    settlements.push_back({outcome.port, outcome.status ? Verdict::Keep : Verdict::Undo});
  }
  device.refuse_port("Ethernet100", false);
  const auto settled = (*driver)->settle("chg-rack", settlements);
  ASSERT_TRUE(settled) << settled.error().message;
  for (const auto& outcome : *settled)
    EXPECT_TRUE(outcome.status) << outcome.status.error().message;
  EXPECT_TRUE(device.leftovers().empty());
  const auto reports = (*driver)->compare(wished);
  ASSERT_TRUE(reports);
  for (const auto& report : *reports)
    EXPECT_EQ(report.equal(), report.port != "Ethernet100") << report.port;
  EXPECT_THAT(device.violations(), testing::IsEmpty());
}

TEST_F(Sonic, ProbesWhatIntentsCallIt) {
  const auto facts = bench_.driver().probe();
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ(facts->vrfs, (std::vector<VrfName>{{kPrivate}, {kPublic}}));
  EXPECT_EQ(facts->asn, Asn{65001});
  EXPECT_EQ(facts->hostname, "tor1");
  EXPECT_THAT(facts->nos_version, HasSubstr("SONiC"));
  EXPECT_THAT(facts->ports, testing::Contains(bench_.port()));
  EXPECT_THAT(facts->problems, testing::IsEmpty());
}

}  // namespace
}  // namespace switchyard::contract
