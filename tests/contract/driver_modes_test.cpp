// Every NOS: each mode from each other one, twice the same, saved over a reboot, no other port.
#include "tests/contract/driver_bench.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace switchyard::contract {
namespace {

using switch_drivers::PortIntent;
using switch_drivers::PortMode;

PortIntent intent_of(PortMode mode, const std::string& port) {
  if (mode == PortMode::Provisioning) return provisioning(port);
  return mode == PortMode::Routed ? routed(port, 5) : shut(port);
}

class DriverModes : public testing::TestWithParam<std::string> {
 protected:
  DriverBench bench_{GetParam()};
};

TEST_P(DriverModes, ReachEachOtherAndReadBackEqual) {
  constexpr std::array kModes{PortMode::Shut, PortMode::Provisioning, PortMode::Routed};
  for (const PortMode from : kModes) {
    for (const PortMode to : kModes) {
      SCOPED_TRACE(std::string(to_string(from)) + " to " + std::string(to_string(to)));
      bench_.make(intent_of(from, bench_.port()));
      bench_.make(intent_of(to, bench_.port()));
      bench_.expect_equal(intent_of(to, bench_.port()));
    }
  }
}

TEST_P(DriverModes, SendNothingTheSecondTime) {
  for (const PortIntent& intent :
       {provisioning(bench_.port()), routed(bench_.port(), 5), shut(bench_.port())}) {
    bench_.make(intent);
    const long long steps = bench_.device().steps();
    const auto again =
        bench_.driver().apply(std::vector{intent}, {.change_id = bench_.next_change()});
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->front().status);
    EXPECT_FALSE(again->front().changed);
    EXPECT_EQ(bench_.device().steps(), steps);
  }
}

TEST_P(DriverModes, NameNoOtherPort) {
  bench_.make(routed(bench_.other_port(), 6));
  bench_.device().clear_log();
  for (const PortIntent& intent :
       {provisioning(bench_.port()), routed(bench_.port(), 5), provisioning(bench_.port())})
    bench_.make(intent);
  std::vector<std::string> others = bench_.device().plan().other_ports;
  for (std::size_t n = 1; n < kPorts; ++n)
    others.push_back(bench_.port(n));
  for (const std::string& text : bench_.sent())
    for (const std::string& other : others)
      EXPECT_EQ(text.find(other), std::string::npos) << text;
  bench_.expect_equal(routed(bench_.other_port(), 6));
}

TEST_P(DriverModes, LeaveNothingBehind) {
  bench_.make(provisioning(bench_.port()));
  const std::string before = bench_.device().fingerprint();
  bench_.make(routed(bench_.port(), 5));
  bench_.make(provisioning(bench_.port()));
  EXPECT_EQ(bench_.device().fingerprint(), before);
}

TEST_P(DriverModes, SurviveARebootOnceSettled) {
  for (const PortIntent& intent :
       {provisioning(bench_.port()), routed(bench_.port(), 5), shut(bench_.port())}) {
    bench_.make(intent);
    bench_.device().reboot();
    bench_.expect_equal(intent);
  }
}

TEST_P(DriverModes, DoNotSurviveARebootUnsettled) {
  bench_.make(provisioning(bench_.port()));
  const auto applied =
      bench_.driver().apply(std::vector{routed(bench_.port(), 5)}, {.change_id = "chg-x"});
  ASSERT_TRUE(applied && applied->front().status);
  bench_.device().reboot();
  // Closed; or what it was before, where the switch's own handle puts that back.
  const auto view = bench_.device().port_view(bench_.port());
  EXPECT_TRUE(!view.up || bench_.compare(provisioning(bench_.port())).running.empty());
  EXPECT_TRUE(view.tags.empty());
  bench_.expect_no_violation();
  bench_.make(routed(bench_.port(), 5));
  bench_.expect_equal(routed(bench_.port(), 5));
}

TEST_P(DriverModes, ManyPortsGoInOneCommitAndFewRoundTrips) {
  std::vector<PortIntent> all{routed(bench_.port(0), 1), routed(bench_.port(1), 2),
                              routed(bench_.port(2), 3), provisioning(bench_.port(3))};
  ASSERT_TRUE(bench_.driver().probe());
  const long long before = bench_.device().exchanges();
  const auto applied = bench_.driver().apply(all, {.change_id = "chg-all"});
  ASSERT_TRUE(applied);
  for (const auto& outcome : *applied)
    EXPECT_TRUE(outcome.status) << outcome.status.error().message;
  EXPECT_LE(bench_.device().exchanges() - before, bench_.row().most_exchanges);
  EXPECT_EQ(bench_.device().connections(), 1);
  bench_.expect_no_violation();
}

TEST_P(DriverModes, LetTheServerSpeakWithExactlyItsRoutes) {
  bench_.make(provisioning(bench_.port()));
  bench_.install_server(5);
  bench_.make(routed(bench_.port(), 5));
  bench_.server().power(true);
  bench_.server().announce(
      {prefix("10.9.9.9/32"), prefix("0.0.0.0/0"), prefix("fd10:1::6/128"), prefix("10.1.0.0/24")});
  const auto sessions = bench_.driver().sessions(std::vector{routed(bench_.port(), 5)});
  ASSERT_TRUE(sessions) << sessions.error().message;
  ASSERT_EQ(sessions->size(), 2U);
  EXPECT_EQ(sessions->at(0).state, "Established");
  EXPECT_EQ(sessions->at(0).accepted,
            (std::vector{prefix("10.1.0.5/32"), prefix("fd10:1::5/128")}));
  using switch_drivers::RefusedKind;
  // In each VRF the server's own addresses of the other one are foreign too.
  EXPECT_EQ(sessions->at(0).refused,
            (std::vector<switch_drivers::RefusedCount>{{Family::V4, RefusedKind::Default, 1},
                                                       {Family::V4, RefusedKind::HostRoute, 1},
                                                       {Family::V4, RefusedKind::Network, 1},
                                                       {Family::V6, RefusedKind::HostRoute, 1}}));
  EXPECT_EQ(sessions->at(1).accepted,
            (std::vector{prefix("203.0.113.5/32"), prefix("2001:db8:113::5/128")}));
  bench_.expect_no_violation();
}

TEST_P(DriverModes, AreDrainedAndBackWithTheSessionUpAndItsRoutesAccepted) {
  PortIntent drained = routed(bench_.port(), 5);
  for (switch_drivers::Attachment& attachment : drained.attachments)
    attachment.drained = true;
  bench_.make(provisioning(bench_.port()));
  bench_.install_server(5);
  bench_.make(routed(bench_.port(), 5));
  bench_.server().power(true);
  ASSERT_TRUE(bench_.driver().sessions(std::vector{routed(bench_.port(), 5)}));
  for (int minutes = 1; minutes <= 2; ++minutes) {
    bench_.advance(60s);
    const PortIntent& wished = minutes == 1 ? drained : routed(bench_.port(), 5);
    bench_.make(wished);
    bench_.expect_equal(wished);
    const auto sessions = bench_.driver().sessions(std::vector{wished});
    ASSERT_TRUE(sessions && sessions->size() == 2U);
    for (const switch_drivers::SessionReport& session : *sessions) {
      EXPECT_EQ(session.state, "Established");
      EXPECT_GE(session.established_for, minutes * 60s);
      EXPECT_EQ(session.accepted.size(), 2U);
    }
    bench_.device().reboot();
    bench_.expect_equal(wished);
    ASSERT_TRUE(bench_.driver().sessions(std::vector{wished}));
    if (minutes == 1)
      bench_.advance(60s);  // the session of the second round began after the reboot
  }
}

// What the monitor does not ask for is what the driver says its NOS cannot do, and no more.
TEST_P(DriverModes, SayWhatTheirSwitchCannotDo) {
  const auto capabilities = bench_.driver().capabilities();
  for (const std::string& guard : bench_.device().cannot())
    EXPECT_TRUE(std::ranges::any_of(capabilities, [&](const auto& one) {
      return one.name == guard && !one.supported && !one.limitation.empty();
    })) << guard;
}

INSTANTIATE_TEST_SUITE_P(EveryNos, DriverModes, testing::ValuesIn(switch_drivers::known_nos()),
                         [](const auto& nos) {
                           std::string name = nos.param;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace switchyard::contract
