// A version of a catalog on its way to active servers: six of them in two racks.
#include "core/db/transaction.h"
#include "provisioner/store/wishes.h"
#include "tests/provisioner/rollout_fixture.h"

#include <gmock/gmock.h>

namespace switchyard::provisioner {
namespace {

using namespace std::chrono_literals;
using switch_drivers::PortIntent;
using testing::HasSubstr;
using testing::Not;
using Counts = std::map<std::string, long long>;

class Rollout : public RolloutFixture {};

TEST_P(Rollout, MovesEveryServerLegByLeg) {
  const int version = push("10.0.0.0/9");
  const RolloutView done =
      after(start({.version = version, .canary = 1, .batch = 2, .pause = 0s}), "succeeded");
  EXPECT_EQ(done.servers, (Counts{{"moved", kServers}}));
  EXPECT_EQ(done.waves, 4) << "the canary, 2 of its rack, 2 and 1 of the other";
  for (int i = 1; i <= kServers; ++i)
    EXPECT_EQ(version_of(i), version) << server_name(i);
  for (const auto& [name, all] : ports())
    for (const auto& [port, intent] : all)
      EXPECT_TRUE(has_new(intent)) << name << " " << port;
  for (const RolloutServerView& server : servers(done)) {
    EXPECT_EQ(server.loss, 0ms) << server.server;
    ASSERT_FALSE(server.legs.empty()) << server.server;
    for (const LegsView& legs : server.legs)
      EXPECT_GE(legs.up, 1) << server.server << ": both legs at once";
    EXPECT_EQ(server.legs.back().up, 2) << server.server;
  }
}

// A NOS that has one change at a time takes back the ports of it that are not settled with the
// rest.
TEST_P(Rollout, SwitchesWithOneChangeAtATimeTakeNothingBack) {
  for (auto& [name, one] : site_.switches)
    one.one_change = true;
  const int version = push("10.0.0.0/9");
  after(start({.version = version, .canary = 1, .batch = 3, .pause = 0s}), "succeeded");
  for (const std::string& deployment : deployments_) {
    const auto released = site_.service->release({}, deployment, {}, Mode::Real);
    ASSERT_TRUE(released) << released.error().message;
    EXPECT_TRUE(ends(released->id, "succeeded"));
  }
  for (const auto& [name, one] : site_.switches)
    for (const std::string& line : one.history)
      EXPECT_THAT(line, Not(HasSubstr("back to"))) << name;
}

TEST_P(Rollout, StopsInTheWaveThatGoesWrongAndGoesBackToWhatWas) {
  const int version = push("10.0.0.0/9");
  site_.switches["tor4"].refuses.insert("swp2");  // srv5, the second leg
  const RolloutView stopped =
      after(start({.version = version, .canary = 1, .batch = 3, .pause = 0s}), "failed");
  EXPECT_THAT(stopped.error, HasSubstr("wave 3, server srv5: taken back: switch tor4 port swp2"));
  EXPECT_EQ(stopped.servers.at("failed"), 1);
  EXPECT_EQ(port("tor3", "swp2"), former_["tor3"]["swp2"]) << "the first leg of srv5 went back";
  EXPECT_EQ(version_of(5), 1);
  EXPECT_EQ(site_.service->find_server({}, "srv5")->state, "active");

  site_.switches["tor4"].refuses.clear();
  const auto back = site_.service->revert_rollout({.name = "eva"}, stopped.id, Mode::Real);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(after(*back, "succeeded").reverts, stopped.id);
  EXPECT_EQ(ports(), former_) << "exactly as it was";
  for (int i = 1; i <= kServers; ++i)
    EXPECT_EQ(version_of(i), 1) << server_name(i);
}

TEST_P(Rollout, TouchesNobodyOutsideOfItsWave) {
  const int version = push("10.0.0.0/9");
  site_.switches["tor2"].refuses.insert("swp2");  // srv2, in the wave after the canary
  const RolloutView stopped =
      after(start({.version = version, .canary = 1, .batch = 2, .pause = 0s}), "failed");
  EXPECT_EQ(stopped.servers, (Counts{{"failed", 1}, {"moved", 2}, {"untouched", 3}}));
  for (const char* tor : {"tor3", "tor4"})
    EXPECT_EQ(site_.switches[tor].ports, former_[tor]) << tor;
}

TEST_P(Rollout, StopsWhenASessionDoesNotComeBack) {
  const int version = push("10.0.0.0/9");
  site_.switches["tor1"].loses_session = [](const PortIntent& intent) {
    return intent.port == "swp1" && has_new(intent);
  };
  const RolloutView stopped =
      after(start({.version = version, .canary = 1, .batch = 3, .pause = 0s}), "failed");
  EXPECT_THAT(stopped.error,
              HasSubstr("wave 1, server srv1: too late: tor1 swp1 vrf-prv: session"));
  EXPECT_EQ(ports(), former_);
  const auto failed = servers(stopped, "failed");
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_EQ(failed.front().loss, 0ms) << "the other leg carried all the time";
}

TEST_P(Rollout, DoesNotTouchALegWhileTheOtherIsDown) {
  const int version = push("10.0.0.0/9");
  site_.switches["tor2"].loses_session = [](const PortIntent& intent) {
    return intent.port == "swp1";
  };
  const RolloutView stopped =
      after(start({.version = version, .canary = 1, .batch = 3, .pause = 0s}), "failed");
  EXPECT_THAT(stopped.error, HasSubstr("not touched while another leg is down: tor2 swp1"));
  EXPECT_EQ(ports(), former_);
}

// The switch was asked before the port was wished otherwise, and answers after that.
TEST_P(Rollout, DoesNotTakeTheFormerSessionsForNewOnes) {
  const int version = push("10.0.0.0/9");
  ScriptedSwitch& tor1 = site_.switches["tor1"];
  tor1.loses_session = [](const PortIntent& intent) { return has_new(intent); };
  const RolloutView begun = start({.version = version, .canary = 1, .batch = 3, .pause = 0s});
  const auto wished = [&] {
    const auto row = db::read(*site_.pool, "wish", [](db::Session& session) -> Result<bool> {
      const auto wish = find_wish(session, "tor1", "swp1");
      return wish && has_new(wish->wish);
    });
    return row && *row;
  };
  while (!wished())
    tor1.during_sessions = [&] { site_.runner->run_due(); }, site_.tick();
  EXPECT_THAT(after(begun, "failed").error, HasSubstr("too late: tor1 swp1 vrf-prv: session"));
  EXPECT_EQ(ports(), former_) << "the second leg was never touched";
}

TEST_P(Rollout, StopsWhenDriftAppearsInThePause) {
  const int version = push("10.0.0.0/9");
  const RolloutView begun = start({.version = version, .canary = 1, .batch = 3, .pause = 600s});
  site_.site.drift = DriftPolicy::Report;
  ASSERT_TRUE(site_.run_until([&] { return !servers(begun, "moved").empty(); }));
  site_.switches["tor1"].ports["swp1"].mtu = 1400;
  ASSERT_TRUE(site_.service->scan_switch("tor1"));
  const RolloutView stopped = after(begun, "failed");
  EXPECT_THAT(stopped.error, HasSubstr("wave 1, server srv1: tor1 swp1 differs from its wish"));
  EXPECT_EQ(stopped.servers.at("untouched"), 5);
}

TEST_P(Rollout, CanBeStopped) {
  const int version = push("10.0.0.0/9");
  const RolloutView begun = start({.version = version, .canary = 1, .batch = 3, .pause = 600s});
  ASSERT_TRUE(site_.run_until([&] { return !servers(begun, "moved").empty(); }));
  ASSERT_TRUE(site_.service->cancel({.name = "eva"}, begun.id));
  EXPECT_EQ(after(begun, "cancelled").servers, (Counts{{"moved", 1}, {"untouched", 5}}));
}

TEST_P(Rollout, GoesOnUnderAnotherRunner) {
  const int version = push("10.0.0.0/9");
  const RolloutView begun = start({.version = version, .canary = 2, .batch = 3, .pause = 0s});
  ASSERT_TRUE(site_.run_until([&] { return !servers(begun, "moving").empty(); }));
  StepContext context{*site_.pool, site_.clock, site_.wakeup, site_.site, site_.allocator, nullptr};
  site_.runner = std::make_unique<Runner>(std::move(context));
  EXPECT_EQ(after(begun, "succeeded").servers, (Counts{{"moved", kServers}}));
}

TEST_P(Rollout, LeavesWhoIsReleasedMeanwhile) {
  const int version = push("10.0.0.0/9");
  const RolloutView begun = start({.version = version, .canary = 1, .batch = 3, .pause = 600s});
  ASSERT_TRUE(site_.run_until([&] { return !servers(begun, "moved").empty(); }));
  const auto released = site_.service->release({}, deployments_.back(), std::nullopt, Mode::Real);
  ASSERT_TRUE(released) << released.error().message;
  site_.run_until([&] { return site_.operation_status(released->id) != "running"; });
  site_.server.status.power = Power::On;  // the other servers', which the fixture has one of
  const RolloutView done = after(begun, "succeeded");
  EXPECT_EQ(done.servers, (Counts{{"left", 1}, {"moved", 5}}));
}

TEST_P(Rollout, RefusesWhatServersMustBeInstalledAnewFor) {
  const int version = push("10.0.0.0/8", "mtu: 9000");
  const auto refused = site_.service->start_rollout(
      {.name = "eva"}, {.catalog = "l3-private", .version = version}, Mode::Real);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "no server can be moved to version 2: the MTU is 9000 instead of 1500; a server gets "
            "that when it is installed anew");
}

TEST_P(Rollout, RefusesASecondOneOfTheCatalog) {
  const int version = push("10.0.0.0/9");
  (void)start({.version = version});
  const auto second = site_.service->start_rollout(
      {.name = "eva"}, {.catalog = "l3-private", .version = version}, Mode::Real);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr("catalog l3-private is busy with rollout"));
}

TEST_P(Rollout, IsOnlyTriedInADryRun) {
  const int version = push("10.0.0.0/9");
  const auto tried = site_.service->start_rollout(
      {.name = "eva"}, {.catalog = "l3-private", .version = version}, Mode::DryRun);
  ASSERT_TRUE(tried) << tried.error().message;
  EXPECT_EQ(tried->servers, (Counts{{"waiting", kServers}}));
  EXPECT_TRUE(site_.service->list_rollouts({.size = 10})->items.empty());
}

TEST_P(Rollout, MovesOnlyWhoIsNamed) {
  const int version = push("10.0.0.0/9");
  const RolloutView done = after(start({.version = version, .servers = {"srv4"}}), "succeeded");
  EXPECT_EQ(done.servers, (Counts{{"moved", 1}}));
  EXPECT_EQ(version_of(4), version);
  EXPECT_EQ(version_of(1), 1);
  EXPECT_THAT(
      site_.service
          ->start_rollout({}, {.catalog = "l3-private", .version = version, .servers = {"x"}},
                          Mode::Real)
          .error()
          .message,
      HasSubstr("server x has no active deployment with catalog l3-private"));
}

INSTANTIATE_TEST_SUITE_P(Databases, Rollout, testing::ValuesIn(db::backends_under_test()),
                         db::name_of);

}  // namespace
}  // namespace switchyard::provisioner
