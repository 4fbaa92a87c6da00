// Roll-outs as a vantage point sees them: what the fabric does with a host route that both switches
// accept.
#include "provisioner/steps/route_probes.h"
#include "tests/provisioner/rollout_fixture.h"
#include "tests/provisioner/scripted_vantage.h"

#include <gmock/gmock.h>

namespace switchyard::provisioner {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using Counts = std::map<std::string, long long>;

class RolloutProbes : public RolloutFixture {
 protected:
  RolloutProbes() {
    site_.during_tick = [this] {
      if (worker_) static_cast<void>(worker_->tick());
    };
  }

  void add_vantage() {
    const auto imported =
        site_.service->import_inventory("vantage.yaml", vantage_inventory(), Mode::Real);
    EXPECT_TRUE(imported) << imported.error().message;
    worker_ = std::make_unique<VantageWorker>(context_, "spine1");
  }

  // How many legs of the server with this address have not the new version on them.
  int old_legs(const std::string& address) {
    int old = 0;
    for (const auto& [tor, all] : ports())
      for (const auto& [name, intent] : all)
        for (const auto& attachment : intent.attachments)
          for (const Prefix& prefix : attachment.accept)
            if (to_string(prefix.network) == address && !has_new(intent)) ++old;
    return old;
  }

  // A fabric that drops what the new version says.
  void drop_the_new() {
    vantage_.answers = [this](const std::string& a, int) { return old_legs(a) > 0; };
    vantage_.paths = [this](const std::string& a) { return old_legs(a); };
  }

  RolloutView roll_out() {
    return start({.version = push("10.0.0.0/9"), .canary = 1, .batch = 3, .pause = 0s});
  }

  std::string timeline_of(const RolloutView& rollout) {
    std::string text;
    for (const TimelineView& line : site_.operation(rollout.id).timeline)
      text += line.message + "\n";
    return text;
  }

  ScriptedVantage vantage_{};
  ProbeContext context_{
      *site_.pool, site_.clock, site_.wakeup, site_.site,
      [this](const VantageRecord&, const std::shared_ptr<const switch_drivers::Permit>&) {
        return Result<std::unique_ptr<switch_drivers::Shell>>(make_scripted_shell(vantage_));
      }};
  std::unique_ptr<VantageWorker> worker_{};
};

TEST_P(RolloutProbes, AVersionThatIsGoodReachesAll) {
  add_vantage();
  const RolloutView done = after(roll_out(), "succeeded");
  EXPECT_EQ(done.servers, (Counts{{"moved", kServers}}));
  for (const RolloutServerView& server : servers(done)) {
    ASSERT_EQ(server.probes.size(), 2U) << server.server << ": both families";
    for (const RouteProbeView& probe : server.probes) {
      EXPECT_EQ(probe.before, "answered") << server.server;
      EXPECT_TRUE(probe.losses.empty()) << server.server;
    }
  }
  EXPECT_THAT(timeline_of(done), testing::Not(HasSubstr("nothing probes")));
}

TEST_P(RolloutProbes, APathThatDoesNotComeBackStopsItBeforeTheOtherLegIsTouched) {
  add_vantage();
  drop_the_new();
  const RolloutView stopped = after(roll_out(), "failed");
  EXPECT_THAT(stopped.error, HasSubstr("wave 1, server srv1: taken back: vantage point spine1 has "
                                       "1 of 2 paths to 10.1.0.1 in VRF vrf-prv"));
  EXPECT_EQ(stopped.servers, (Counts{{"failed", 1}, {"untouched", 5}}));
  EXPECT_EQ(ports(), former_);
  for (const RouteProbeView& probe : servers(stopped, "failed").front().probes)
    EXPECT_TRUE(probe.losses.empty()) << "the other leg carried all the time";
  EXPECT_EQ(version_of(1), 1);
}

TEST_P(RolloutProbes, AHostRouteThatIsLostStopsItAndGoesBack) {
  add_vantage();
  drop_the_new();
  vantage_.paths = [](const std::string&) { return 1; };  // it is somewhere behind
  const RolloutView stopped = after(roll_out(), "failed");
  EXPECT_THAT(stopped.error, HasSubstr("wave 1, server srv1: taken back: 10.1.0.1 in VRF vrf-prv "
                                       "has not answered vantage point spine1 for 2."));
  EXPECT_EQ(ports(), former_);
  const auto probes = servers(stopped, "failed").front().probes;
  ASSERT_EQ(probes.front().losses.size(), 1U);
  EXPECT_GE(probes.front().losses.front().length, 2s) << "until it was back";
  EXPECT_EQ(site_.service->find_server({}, "srv1")->state, "active");
}

TEST_P(RolloutProbes, ALossThatIsShortIsOnlyNoted) {
  add_vantage();
  Timestamp since{};
  vantage_.answers = [this, &since](const std::string& address, int) {
    if (address != "10.1.0.1" || old_legs(address) > 0) return true;
    if (since == Timestamp{}) since = site_.clock.now();
    return site_.clock.now() - since > 600ms;
  };
  const RolloutView done = after(roll_out(), "succeeded");
  for (const RolloutServerView& server : servers(done))
    for (const RouteProbeView& probe : server.probes) {
      const std::size_t losses = probe.address == "10.1.0.1" ? 1 : 0;
      ASSERT_EQ(probe.losses.size(), losses) << probe.address;
      for (const LossView& loss : probe.losses)
        EXPECT_LT(loss.length, 2s);
    }
}

TEST_P(RolloutProbes, ALossInThePauseStopsIt) {
  add_vantage();
  const RolloutView begun =
      start({.version = push("10.0.0.0/9"), .canary = 1, .batch = 3, .pause = 600s});
  ASSERT_TRUE(site_.run_until([&] { return !servers(begun, "moved").empty(); }));
  vantage_.answers = [](const std::string& address, int) { return address != "10.1.0.1"; };
  const RolloutView stopped = after(begun, "failed");
  EXPECT_THAT(stopped.error, HasSubstr("wave 1, server srv1: 10.1.0.1 in VRF vrf-prv has not "
                                       "answered vantage point spine1 for"));
  EXPECT_EQ(stopped.servers.at("untouched"), 5);
}

TEST_P(RolloutProbes, WhatDidNotAnswerBeforeIsNotJudged) {
  add_vantage();
  vantage_.answers = [](const std::string& address, int) { return address != "10.1.0.2"; };
  const RolloutView done = after(roll_out(), "succeeded");
  for (const RolloutServerView& server : servers(done))
    for (const RouteProbeView& probe : server.probes) {
      const bool silent = probe.address == "10.1.0.2";
      EXPECT_EQ(probe.before, silent ? "silent" : "answered");
      EXPECT_EQ(probe.why, silent ? "10.1.0.2 did not answer before" : "");
    }
}

TEST_P(RolloutProbes, SaysThatOnlySmallPacketsAreAnswered) {
  add_vantage();
  vantage_.answers = [this](const std::string& address, int bytes) {
    return bytes <= kSmallProbe || old_legs(address) > 0;
  };
  EXPECT_THAT(after(roll_out(), "failed").error,
              HasSubstr("but small packets are answered: the path does not carry 1472 bytes"));
}

TEST_P(RolloutProbes, JudgesBySmallPacketsWhereLargeOnesNeverPassed) {
  add_vantage();
  vantage_.answers = [](const std::string&, int bytes) { return bytes <= kSmallProbe; };
  const RolloutView done = after(roll_out(), "succeeded");
  for (const RolloutServerView& server : servers(done))
    for (const RouteProbeView& probe : server.probes)
      EXPECT_EQ(probe.before, "answered") << server.server;
}

TEST_P(RolloutProbes, GoesOnWithoutAVantagePointThatIsDownFromTheBeginningAndSaysSo) {
  add_vantage();
  vantage_.broken = Error{Errc::Unavailable, "ssh 127.0.0.1 port 22: cannot connect"};
  const RolloutView done = after(roll_out(), "succeeded");
  for (const RolloutServerView& server : servers(done))
    for (const RouteProbeView& probe : server.probes)
      EXPECT_THAT(probe.why, HasSubstr("was not looked at before: ssh 127.0.0.1 port 22"));
}

TEST_P(RolloutProbes, WaitsForAVantagePointThatIsLostOnTheWayAndGoesBackInTheEnd) {
  add_vantage();
  const RolloutView begun = roll_out();
  ASSERT_TRUE(site_.run_until([&] { return old_legs("10.1.0.1") == 1; }));
  vantage_.broken = Error{Errc::TimedOut, "ssh 127.0.0.1 port 22: command 1 of 1 took too long"};
  const RolloutView stopped = after(begun, "failed");
  EXPECT_THAT(stopped.error, HasSubstr("too late: vantage point spine1 has not looked at"));
  EXPECT_EQ(ports(), former_);
}

TEST_P(RolloutProbes, SaysOnceThatNothingProbes) {
  const RolloutView done = after(roll_out(), "succeeded");
  const std::string timeline = timeline_of(done);
  const auto at = timeline.find("nothing probes in VRF vrf-prv");
  ASSERT_NE(at, std::string::npos) << timeline;
  EXPECT_EQ(timeline.find("nothing probes", at + 1), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Databases, RolloutProbes, testing::ValuesIn(db::backends_under_test()),
                         db::name_of);

}  // namespace
}  // namespace switchyard::provisioner
