// What the contract suite does not ask: one commit timer a switch, and what follows from it.
#include "switch-drivers/registry.h"
#include "tests/fakes/eos/fake_eos.h"
#include "tests/fakes/fake_clock.h"
#include "tests/switch-drivers/arista-eos/golden.h"

#include <gmock/gmock.h>

#include <array>
#include <iostream>

namespace switchyard::switch_drivers::arista_eos {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;

class EosDriver : public testing::Test {
 protected:
  EosDriver() { restart(); }

  void restart() {
    auto made = make_driver("arista-eos",
                            {.name = "tor1",
                             .address = "127.0.0.1",
                             .port = switch_.port(),
                             .user = "root",
                             .password = Secret("switch"),
                             .host_key = switch_.host_key(),
                             .exchange_deadline = 20s},
                            kContext);
    driver_ = std::move(*made);
  }

  static PortIntent port(const PortIntent& intent, const char* name) {
    PortIntent named = intent;
    named.port = name;
    return named;
  }

  std::vector<PortOutcome> apply(const std::vector<PortIntent>& wished, const char* id) {
    const auto outcomes = driver_->apply(wished, {.change_id = id});
    EXPECT_TRUE(outcomes) << (outcomes ? "" : outcomes.error().message);
    return outcomes.value_or(std::vector<PortOutcome>(wished.size()));
  }

  std::vector<PortOutcome> settle(const char* id, const std::vector<Settlement>& ports) {
    const auto outcomes = driver_->settle(id, ports);
    EXPECT_TRUE(outcomes) << (outcomes ? "" : outcomes.error().message);
    return outcomes.value_or(std::vector<PortOutcome>(ports.size()));
  }

  void make(const std::vector<PortIntent>& wished, const char* id) {
    std::vector<Settlement> keeps;
    for (const PortOutcome& outcome : apply(wished, id)) {
      EXPECT_TRUE(outcome.status) << outcome.status.error().message;
      if (outcome.changed) keeps.push_back({outcome.port, Verdict::Keep});
    }
    for (const PortOutcome& outcome : settle(id, keeps))
      EXPECT_TRUE(outcome.status) << outcome.status.error().message;
  }

  void expect_equal(const PortIntent& intent) {
    const auto reports = driver_->compare(std::vector{intent});
    ASSERT_TRUE(reports) << reports.error().message;
    EXPECT_TRUE(reports->front().running.empty())
        << reports->front().running.front().subject << reports->front().running.front().wished
        << reports->front().running.front().observed;
    EXPECT_TRUE(reports->front().saved.empty());
    EXPECT_THAT(switch_.violations(), IsEmpty());
  }

  fakes::FakeClock clock_;
  fakes::FakeEos switch_{clock_,
                         {.name = "tor1",
                          .asn = 65001,
                          .server_ports = {"Ethernet5", "Ethernet6"},
                          .other_ports = {"Ethernet51"},
                          .vrfs = {{"vrf-prv", 1}, {"vrf-pub", 2}},
                          .password = "switch"}};
  std::unique_ptr<Driver> driver_;
  const PortIntent first_ = provisioning_port("Ethernet5"),
                   second_ = provisioning_port("Ethernet6");
  const PortIntent first_routed_ = port(routed_port(), "Ethernet5");
  const PortIntent second_routed_ = [] {
    PortIntent intent = port(routed_port(), "Ethernet6");
    intent.attachments[0].accept = {prefix("10.1.0.6/32")};
    return intent;
  }();
};

TEST_F(EosDriver, FindsTheBaseConfigurationGood) {
  const auto facts = driver_->probe();
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_THAT(facts->problems, IsEmpty());
  EXPECT_EQ(facts->asn, Asn{65001});
  EXPECT_EQ(facts->vrfs.size(), 2U);
  EXPECT_EQ(facts->ports.size(), 3U);
  EXPECT_EQ(facts->hostname, "tor1");
  const std::string before = facts->boot_id;
  switch_.reboot();
  EXPECT_NE(driver_->probe()->boot_id, before);
}

TEST_F(EosDriver, AnotherChangeOfOtherPortsWaitsForTheTimer) {
  make({first_, second_}, "c-0");
  EXPECT_TRUE(apply({first_routed_}, "c-1")[0].status);
  const auto late = apply({second_routed_}, "c-2");
  ASSERT_FALSE(late[0].status);
  EXPECT_EQ(late[0].status.error().code, Errc::Unavailable);
  EXPECT_THAT(late[0].status.error().message, HasSubstr("swy-c-1"));
  EXPECT_TRUE(settle("c-1", {{"Ethernet5", Verdict::Keep}})[0].status);
  make({second_routed_}, "c-3");
  expect_equal(first_routed_);
  expect_equal(second_routed_);
}

TEST_F(EosDriver, AnEqualPortNeedNotWait) {
  make({first_, second_}, "c-0");
  EXPECT_TRUE(apply({first_routed_}, "c-1")[0].status);
  const auto same = apply({second_}, "c-2");
  EXPECT_TRUE(same[0].status);
  EXPECT_FALSE(same[0].changed);
}

TEST_F(EosDriver, ALaterChangeOfTheSamePortTakesThePlaceOfOneNobodySettled) {
  make({first_}, "c-0");
  EXPECT_TRUE(apply({first_routed_}, "c-1")[0].status);
  restart();
  PortIntent other = first_routed_;
  other.attachments.pop_back();
  EXPECT_TRUE(apply({other}, "c-2")[0].status);
  EXPECT_EQ(settle("c-1", {{"Ethernet5", Verdict::Keep}})[0].status.error().code, Errc::NotFound);
  EXPECT_TRUE(settle("c-2", {{"Ethernet5", Verdict::Undo}})[0].status);
  expect_equal(first_);  // not what the first change made
}

TEST_F(EosDriver, WhatAnUnsettledChangeMadeAlreadyIsOnlyAdopted) {
  make({first_}, "c-0");
  EXPECT_TRUE(apply({first_routed_}, "c-1")[0].status);
  restart();
  const long long steps = switch_.steps();
  const auto again = apply({first_routed_}, "c-2");
  EXPECT_TRUE(again[0].status);
  EXPECT_TRUE(again[0].changed);
  EXPECT_EQ(switch_.steps(), steps);
  EXPECT_TRUE(settle("c-2", {{"Ethernet5", Verdict::Keep}})[0].status);
  clock_.advance(1h);
  expect_equal(first_routed_);
}

TEST_F(EosDriver, OnePortIsKeptAndAnotherOfTheSameChangeGoesBack) {
  for (const bool restarted : {false, true}) {
    make({first_, second_}, restarted ? "c-2" : "c-0");
    EXPECT_TRUE(apply({first_routed_, second_routed_}, "c-1")[1].status);
    if (restarted) restart();
    const auto outcomes =
        settle("c-1", {{"Ethernet5", Verdict::Keep}, {"Ethernet6", Verdict::Undo}});
    EXPECT_TRUE(outcomes[0].status) << outcomes[0].status.error().message;
    EXPECT_TRUE(outcomes[1].status) << outcomes[1].status.error().message;
    clock_.advance(1h);
    switch_.reboot();
    expect_equal(first_routed_);
    expect_equal(second_);
  }
}

TEST_F(EosDriver, TheFirstSettlingOfAChangeSettlesAllOfIt) {
  make({first_, second_}, "c-0");
  EXPECT_TRUE(apply({first_routed_, second_routed_}, "c-1")[1].status);
  EXPECT_TRUE(settle("c-1", {{"Ethernet5", Verdict::Keep}})[0].status);
  expect_equal(second_);
  EXPECT_EQ(settle("c-1", {{"Ethernet6", Verdict::Keep}})[0].status.error().code, Errc::NotFound);
  expect_equal(first_routed_);
}

TEST_F(EosDriver, APortThatCannotGoBackIsClosed) {
  make({first_, second_}, "c-0");
  EXPECT_TRUE(apply({first_routed_, second_routed_}, "c-1")[1].status);
  switch_.refuse_lines("no interface Ethernet6.101", true);
  const auto outcomes = settle("c-1", {{"Ethernet5", Verdict::Keep}, {"Ethernet6", Verdict::Undo}});
  EXPECT_FALSE(outcomes[1].status);
  EXPECT_FALSE(switch_.port_view("Ethernet6").up);
  expect_equal(first_routed_);
  EXPECT_THAT(switch_.leftovers(), IsEmpty());
}

TEST_F(EosDriver, SomebodyElsesTimerIsLeftAlone) {
  make({first_}, "c-0");
  switch_.commit_by_hand("bob", {"interface Ethernet51", "mtu 9214"}, 60s);
  const auto late = apply({first_routed_}, "c-1");
  ASSERT_FALSE(late[0].status);
  EXPECT_EQ(late[0].status.error().code, Errc::Unavailable);
  clock_.advance(61s);
  make({first_routed_}, "c-2");
  expect_equal(first_routed_);
}

TEST_F(EosDriver, ForeignSessionsThatAreOpenAreLeftAloneAndFullRoomIsUnavailable) {
  for (const char* name : {"a", "b", "c", "d", "e"})
    switch_.open_by_hand(name);
  const auto full = apply({first_}, "c-0");
  ASSERT_FALSE(full[0].status);
  EXPECT_EQ(full[0].status.error().code, Errc::Unavailable);
  EXPECT_EQ(switch_.leftovers().size(), 5U);
}

TEST_F(EosDriver, ARebootInBetweenBringsAClosedPort) {
  make({first_}, "c-0");
  EXPECT_TRUE(apply({first_routed_}, "c-1")[0].status);
  switch_.reboot();
  EXPECT_FALSE(switch_.port_view("Ethernet5").up);
  EXPECT_EQ(settle("c-1", {{"Ethernet5", Verdict::Keep}})[0].status.error().code, Errc::NotFound);
}

// One of 48 that is always refused: two requests more (give up, type again without it).
TEST(EosBlastRadius, ARefusedPortCostsTheOthersTwoRequests) {
  fakes::FakeClock clock;
  fakes::SwitchPlan plan{
      .name = "tor1", .asn = 65001, .vrfs = {{"vrf-prv", 1}, {"vrf-pub", 2}}, .password = "switch"};
  std::vector<PortIntent> wished;
  for (int n = 101; n < 149; ++n) {
    PortIntent intent = routed();
    intent.port = "Ethernet" + std::to_string(n);
    plan.server_ports.push_back(intent.port);
    wished.push_back(intent);
  }
  std::array<long long, 2> requests{};
  for (const bool refused : {false, true}) {
    fakes::FakeEos tor(clock, plan);
    tor.refuse_port("Ethernet124", refused);
    const auto driver = make_driver("arista-eos",
                                    {.name = "tor1",
                                     .address = "127.0.0.1",
                                     .port = tor.port(),
                                     .password = Secret("switch"),
                                     .host_key = tor.host_key()},
                                    kContext);
    const auto begin = std::chrono::steady_clock::now();
    const auto outcomes = (*driver)->apply(wished, {.change_id = "c-1"});
    const auto took = std::chrono::steady_clock::now() - begin;
    ASSERT_TRUE(outcomes) << outcomes.error().message;
    for (const PortOutcome& outcome : *outcomes)
      EXPECT_EQ(outcome.status.has_value(), !refused || outcome.port != "Ethernet124");
    requests.at(refused ? 1 : 0) = tor.exchanges();
    std::cout << (refused ? "47 of 48 ports: " : "48 ports: ") << tor.exchanges() << " requests, "
              << std::chrono::duration_cast<std::chrono::milliseconds>(took).count() << " ms\n";
    EXPECT_THAT(tor.violations(), IsEmpty());
  }
  EXPECT_LE(requests[1], requests[0] + 2);
}

TEST_F(EosDriver, AWrongLoginIsRejected) {
  auto made = make_driver("arista-eos",
                          {.name = "tor1",
                           .address = "127.0.0.1",
                           .port = switch_.port(),
                           .password = Secret("wrong"),
                           .host_key = switch_.host_key()},
                          kContext);
  const auto facts = (*made)->probe();
  ASSERT_FALSE(facts);
  EXPECT_EQ(facts.error().code, Errc::Rejected);
  EXPECT_THAT(facts.error().message, testing::AllOf(HasSubstr("tor1"), HasSubstr("login")));
}

TEST_F(EosDriver, ASlowCommitWithinTheDeadlineIsWaitedFor) {
  switch_.set_commit_delay(100ms);
  make({first_}, "c-0");
  expect_equal(first_);
}

}  // namespace
}  // namespace switchyard::switch_drivers::arista_eos
