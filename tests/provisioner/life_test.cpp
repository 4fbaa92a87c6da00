// The life of a server on the real runner and reconcilers, on both databases.
#include "core/db/query.h"
#include "core/db/transaction.h"
#include "tests/provisioner/life_fixture.h"

#include <algorithm>

namespace switchyard::provisioner {
namespace {

using namespace std::chrono_literals;
using switch_drivers::PortMode;

class Life : public LifeFixture {
 protected:
  // Both ports settled, as after an import.
  void settle_ports() {
    ASSERT_TRUE(site_.run_until([&] {
      return site_.mode("tor1") == PortMode::Provisioning &&
             site_.mode("tor2") == PortMode::Provisioning &&
             site_.service->find_port("tor2", "swp1")->sync == "in-sync";
    }));
  }
};

TEST_P(Life, DeploysAndReleasesAServer) {
  const DeploymentView ordered = deploy();
  EXPECT_EQ(ordered.addresses.size(), 2U);
  ASSERT_TRUE(ends(ordered.operation, "succeeded"));
  EXPECT_EQ(site_.server_state(), "active");
  EXPECT_EQ(site_.mode("tor1"), PortMode::Routed);
  EXPECT_EQ(site_.switches["tor2"].saved["swp1"].mode, PortMode::Routed);

  const auto released = site_.service->release({}, ordered.id, std::nullopt, Mode::Real);
  ASSERT_TRUE(released) << released.error().message;
  ASSERT_TRUE(ends(released->id, "succeeded"));
  EXPECT_EQ(site_.server_state(), "available");
  EXPECT_EQ(site_.mode("tor1"), PortMode::Provisioning);
  EXPECT_EQ(site_.service->find_subnet({}, "prv-a")->used, "0");
  EXPECT_EQ(site_.service->find_subnet({}, "prv-a")->on_hold, "1");
  const auto groups = db::read(*site_.pool, "count", [](db::Session& session) {
    return Result<long long>(
        std::get<0>(*db::select_one<long long>(session, "SELECT COUNT(*) FROM change_groups")));
  });
  EXPECT_EQ(groups, 0) << "of operations that are over";
}

TEST_P(Life, AServerWhoseWipeIsNotProvedDoesNotReturnToThePool) {
  const DeploymentView ordered = deploy();
  ASSERT_TRUE(ends(ordered.operation, "succeeded"));
  site_.server.wipe_fails = "disk sdb (S2) belongs to the server and was not wiped";
  const auto released = site_.service->release({}, ordered.id, std::nullopt, Mode::Real);
  ASSERT_TRUE(released) << released.error().message;
  ASSERT_TRUE(ends(released->id, "failed"));
  EXPECT_EQ(site_.server_state(), "failed");
  EXPECT_NE(site_.operation(released->id).error.find("disk sdb (S2)"), std::string::npos);
  EXPECT_EQ(site_.mode("tor1"), PortMode::Shut);
}

TEST_P(Life, AnImportTellsThePortsOfThePoolOfTheSitesNewServices) {
  settle_ports();
  site_.site.services = {*parse_ip("172.16.100.1")};
  site_.import_again();
  EXPECT_TRUE(site_.run_until(
      [&] { return site_.switches["tor1"].ports["swp1"].services == site_.site.services; }));
  EXPECT_EQ(site_.mode("tor1"), PortMode::Provisioning);
}

TEST_P(Life, AnImportTakesNoMacOrPortFromAServerThatIsThereAlready) {
  const Status refused = site_.import_as("srv9");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::Conflict);
  EXPECT_NE(refused.error().message.find("MAC address 02:00:00:00:00:01 is of server srv1 already"),
            std::string::npos)
      << refused.error().message;
  EXPECT_FALSE(site_.service->find_server({}, "srv9"));
}

TEST_P(Life, AnImportLeavesThePortsOfADeployedServerAlone) {
  ASSERT_TRUE(ends(deploy().operation, "succeeded"));
  site_.site.services = {*parse_ip("172.16.100.1")};
  site_.import_again();
  site_.tick();
  EXPECT_EQ(site_.service->find_port("tor1", "swp1")->wished_mode, "routed");
}

TEST_P(Life, GoesThroughShutOnTheWayBack) {
  const DeploymentView ordered = deploy();
  ASSERT_TRUE(ends(ordered.operation, "succeeded"));
  site_.switches["tor1"].history.clear();
  const auto released = site_.service->release({}, ordered.id, std::nullopt, Mode::Real);
  ASSERT_TRUE(ends(released->id, "succeeded"));
  EXPECT_EQ(site_.switches["tor1"].history,
            (std::vector<std::string>{"swp1 shut", "swp1 provisioning"}));
}

TEST_P(Life, TakesTheFirstSwitchBackWhenTheSecondRefuses) {
  site_.switches["tor2"].refused_modes.insert(PortMode::Routed);
  const DeploymentView ordered = deploy();
  ASSERT_TRUE(site_.run_until([&] {
    const auto& history = site_.switches["tor1"].history;
    return std::find(history.begin(), history.end(), "swp1 back to provisioning") != history.end();
  }));
  site_.switches["tor2"].refused_modes.clear();
  ASSERT_TRUE(ends(ordered.operation, "succeeded"));
}

TEST_P(Life, NeverKeepsOneOfTwoPortsRouted) {
  site_.switches["tor2"].refused_modes.insert(PortMode::Routed);
  const DeploymentView ordered = deploy();
  ASSERT_TRUE(ends(ordered.operation, "failed"));
  EXPECT_NE(site_.switches["tor1"].saved["swp1"].mode, PortMode::Routed);
  EXPECT_EQ(site_.mode("tor1"), PortMode::Shut);
  EXPECT_EQ(site_.server_state(), "failed");
  EXPECT_NE(site_.operation(ordered.operation).error.find("the switch says no"), std::string::npos);
}

TEST_P(Life, WaitsForASwitchThatIsAwayAndGoesOn) {
  settle_ports();
  site_.switches["tor2"].broken = Error{Errc::Unavailable, "connection refused"};
  const DeploymentView ordered = deploy();
  site_.run_until([] { return false; }, 120s);
  EXPECT_EQ(site_.operation_status(ordered.operation), "running");
  site_.switches["tor2"].broken.reset();
  ASSERT_TRUE(ends(ordered.operation, "succeeded"));
}

TEST_P(Life, AppliesAgainWhenTheDeadManWasFaster) {
  settle_ports();
  const DeploymentView ordered = deploy();
  site_.switches["tor1"].forgets_changes = true;
  site_.run_until([] { return false; }, 60s);
  EXPECT_EQ(site_.operation_status(ordered.operation), "running");
  site_.switches["tor1"].forgets_changes = false;
  ASSERT_TRUE(ends(ordered.operation, "succeeded"));
}

TEST_P(Life, IsNotActiveBeforeExactlyTheHostRoutesAreAccepted) {
  const DeploymentView ordered = deploy();
  site_.switches["tor2"].accepted = std::vector{*parse_prefix("10.1.0.1/32")};
  site_.run_until([] { return false; }, 60s);
  EXPECT_EQ(site_.operation(ordered.operation).step, "verifying");
  EXPECT_EQ(site_.server_state(), "deploying");
  site_.switches["tor2"].accepted.reset();
  ASSERT_TRUE(ends(ordered.operation, "succeeded"));
}

TEST_P(Life, RepairsDriftWithinOneScan) {
  const DeploymentView ordered = deploy();
  ASSERT_TRUE(ends(ordered.operation, "succeeded"));
  const auto wished = site_.switches["tor1"].ports["swp1"];
  site_.switches["tor1"].ports["swp1"].attachments[0].accept.push_back(
      *parse_prefix("10.9.9.9/32"));
  ASSERT_TRUE(site_.run_until([&] { return site_.switches["tor1"].ports["swp1"] == wished; }, 80s));
  const auto events = site_.service->events({}, 0, 1000);
  ASSERT_TRUE(events);
  EXPECT_TRUE(std::any_of(events->begin(), events->end(),
                          [](const EventView& e) { return e.type == "port.drift"; }));
}

TEST_P(Life, SendsNothingWhenNothingIsToDo) {
  const DeploymentView ordered = deploy();
  ASSERT_TRUE(ends(ordered.operation, "succeeded"));
  const int before = site_.switches["tor1"].applied;
  site_.run_until([] { return false; }, 300s);
  EXPECT_EQ(site_.switches["tor1"].applied, before);
}

TEST_P(Life, HonoursACancelAndClosesThePorts) {
  site_.server.installs = false;
  const DeploymentView ordered = deploy();
  ASSERT_TRUE(reaches(ordered.operation, "installing"));
  ASSERT_TRUE(site_.service->cancel({}, ordered.operation));
  ASSERT_TRUE(ends(ordered.operation, "cancelled"));
  EXPECT_EQ(site_.mode("tor1"), PortMode::Shut);
  EXPECT_EQ(site_.server.status.power, Power::Off);
  const auto released = site_.service->release({}, ordered.id, std::nullopt, Mode::Real);
  ASSERT_TRUE(ends(released->id, "succeeded"));
  EXPECT_EQ(site_.server_state(), "available");
}

TEST_P(Life, InstallsAgainAfterAPowerCut) {
  site_.server.installs = false;
  const DeploymentView ordered = deploy();
  const auto is_installing = [&] { return site_.server.status.phase == "installing"; };
  ASSERT_TRUE(site_.run_until(is_installing));
  site_.server.status = {.power = Power::Off, .phase = "off"};
  ASSERT_TRUE(site_.run_until(is_installing, 60s));
  EXPECT_EQ(site_.operation(ordered.operation).step, "installing");
  site_.server.installs = true;
  ASSERT_TRUE(ends(ordered.operation, "succeeded"));
}

// The same steps, and more patience: a distribution's installer says nothing before its own system
// is up.
TEST_P(Life, DeploysByTheDistributionsOwnInstaller) {
  site_.server.installs = false;
  site_.server.installs_as = "unattended";
  const DeploymentView ordered = deploy();
  ASSERT_TRUE(site_.run_until([&] { return site_.server.status.phase == "unattended"; }));
  const int boots = site_.server.power_cycles;
  site_.server.status.quiet = 9min;
  site_.run_until([] { return false; }, 30s);
  EXPECT_EQ(site_.server.power_cycles, boots);
  EXPECT_EQ(site_.operation(ordered.operation).step, "installing");
  site_.server.status.quiet = 11min;
  ASSERT_TRUE(site_.run_until([&] { return site_.server.power_cycles == boots + 1; }, 30s));
  site_.server.status.quiet.reset();
  site_.server.installs = true;
  ASSERT_TRUE(ends(ordered.operation, "succeeded"));
  EXPECT_EQ(site_.mode("tor1"), PortMode::Routed);
}

TEST_P(Life, InstallsAgainWhenTheInstallerFellSilent) {
  site_.server.installs = false;
  const DeploymentView ordered = deploy();
  ASSERT_TRUE(site_.run_until([&] { return site_.server.status.phase == "installing"; }));
  const int boots = site_.server.power_cycles;
  site_.server.status.quiet = 59s;
  site_.run_until([] { return false; }, 30s);
  EXPECT_EQ(site_.server.power_cycles, boots);
  site_.server.status.quiet = 61s;
  ASSERT_TRUE(site_.run_until([&] { return site_.server.power_cycles == boots + 1; }, 30s));
  site_.server.status.quiet.reset();
  site_.server.installs = true;
  ASSERT_TRUE(ends(ordered.operation, "succeeded"));
}

TEST_P(Life, WipesAgainAfterAPowerCut) {
  const DeploymentView ordered = deploy();
  ASSERT_TRUE(ends(ordered.operation, "succeeded"));
  site_.server.wipes = false;
  const auto released = site_.service->release({}, ordered.id, std::nullopt, Mode::Real);
  const auto is_wiping = [&] { return site_.server.status.phase == "wiping"; };
  ASSERT_TRUE(site_.run_until(is_wiping));
  site_.server.status = {.power = Power::Off, .phase = "off"};
  ASSERT_TRUE(site_.run_until(is_wiping, 60s));
  EXPECT_EQ(site_.server_state(), "wiping");
  site_.server.wipes = true;
  ASSERT_TRUE(ends(released->id, "succeeded"));
  EXPECT_EQ(site_.server_state(), "available");
}

// The switches know better, and the tenant's system must not see the provisioning VLAN.
TEST_P(Life, DoesNotBelieveABmcThatSaysOffOfAServerWithASession) {
  const DeploymentView ordered = deploy();
  ASSERT_TRUE(ends(ordered.operation, "succeeded"));
  site_.server.lies_about_power = true;
  const auto released = site_.service->release({}, ordered.id, std::nullopt, Mode::Real);
  ASSERT_TRUE(released) << released.error().message;
  site_.run_until([] { return false; }, 60s);
  EXPECT_EQ(site_.mode("tor1"), PortMode::Routed);
  EXPECT_EQ(site_.server_state(), "releasing");
  EXPECT_NE(site_.operation(released->id).message.find("is off, but its session at tor1 swp1"),
            std::string::npos)
      << site_.operation(released->id).message;
  ASSERT_TRUE(ends(released->id, "failed"));
  EXPECT_EQ(site_.server_state(), "failed");
  for (const char* name : {"tor1", "tor2"}) {
    EXPECT_EQ(site_.mode(name), PortMode::Shut);
    EXPECT_EQ(std::ranges::count(site_.switches[name].history, "swp1 provisioning"), 1)
        << "when it came into the pool, and never again";
  }
}

// After a flip the sessions are looked at every second, and each look wakes whom it may concern.
TEST_P(Life, LooksAtSessionsDoNotShortenTheDelayAfterAnError) {
  const DeploymentView ordered = deploy();
  ASSERT_TRUE(ends(ordered.operation, "succeeded"));
  site_.server.bmc_is_down = true;
  const auto released = site_.service->release({}, ordered.id, std::nullopt, Mode::Real);
  ASSERT_TRUE(released) << released.error().message;
  site_.run_until([] { return false; }, 60s);
  EXPECT_GE(site_.server.unanswered, 5);
  EXPECT_LE(site_.server.unanswered, 10) << "0.5 s, doubled with each error";
  site_.server.bmc_is_down = false;
  ASSERT_TRUE(ends(released->id, "succeeded"));
}

TEST_P(Life, ABootLoopEndsWithTheDeadlineOfItsStep) {
  site_.server.boot_loops = true;
  const DeploymentView ordered = deploy();
  ASSERT_TRUE(ends(ordered.operation, "failed"));
  EXPECT_EQ(site_.server_state(), "failed");
  EXPECT_EQ(site_.mode("tor1"), PortMode::Shut);
  EXPECT_EQ(site_.server.status.power, Power::Off);
  site_.server.boot_loops = false;
  const auto released = site_.service->release({}, ordered.id, std::nullopt, Mode::Real);
  ASSERT_TRUE(ends(released->id, "succeeded"));
  EXPECT_EQ(site_.server_state(), "available");
}

TEST_P(Life, RefusesASecondOrderForAServer) {
  deploy();
  DeployRequest second = site_.order();
  second.name = "web2";
  const auto refused = site_.service->deploy({}, second);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::Conflict);
  EXPECT_EQ(site_.service->find_subnet({}, "prv-a")->used, "1");
}

TEST_P(Life, DryRunTakesNothing) {
  const auto plan = site_.service->plan_deploy({}, site_.order());
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->ports.size(), 2U);
  EXPECT_EQ(plan->addresses.size(), 2U);
  EXPECT_EQ(site_.server_state(), "available");
  EXPECT_EQ(site_.service->find_subnet({}, "prv-a")->used, "0");
}

TEST_P(Life, TriesAFailedDeploymentAgain) {
  site_.switches["tor2"].refused_modes.insert(PortMode::Routed);
  const DeploymentView ordered = deploy();
  ASSERT_TRUE(ends(ordered.operation, "failed"));
  site_.switches["tor2"].refused_modes.clear();
  ASSERT_TRUE(site_.service->retry({}, ordered.operation));
  ASSERT_TRUE(ends(ordered.operation, "succeeded"));
  EXPECT_EQ(site_.server_state(), "active");
}

INSTANTIATE_TEST_SUITE_P(Databases, Life, testing::ValuesIn(db::backends_under_test()),
                         db::name_of);

}  // namespace
}  // namespace switchyard::provisioner
