// People in the RAM system of a server nobody rents: who may, what it leaves, and how it ends.
#include "core/db/transaction.h"
#include "provisioner/store/work.h"
#include "tests/provisioner/life_fixture.h"

#include <gmock/gmock.h>

namespace switchyard::provisioner {
namespace {

using namespace std::chrono_literals;
using switch_drivers::PortMode;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIexampleexample eva@desk";

class Rescue : public LifeFixture {
 protected:
  Result<OperationView> start(Mode mode = Mode::Real) {
    return site_.service->start_rescue({.name = "eva"}, "srv1", {kKey}, mode);
  }

  Result<OperationView> end() {
    return site_.service->end_rescue({.name = "bob"}, "srv1", Mode::Real);
  }

  void maintain() {
    ASSERT_TRUE(site_.service->start_maintenance("srv1", "loud fan", {}, Mode::Real));
  }

  // In maintenance, and its rescue is open; the operation.
  std::string open() {
    maintain();
    const auto queued = start();
    EXPECT_TRUE(queued) << queued.error().message;
    const std::string id = queued.value_or(OperationView{}).id;
    EXPECT_TRUE(reaches(id, "open"));
    site_.tick();
    return id;
  }

  ServerView server() { return *site_.service->find_server({}, "srv1"); }

  RescueView rescue() {
    const auto found = site_.service->find_rescue("srv1");
    EXPECT_TRUE(found) << found.error().message;
    return found.value_or(RescueView{});
  }

  std::vector<std::string> events(const std::string& type) {
    std::vector<std::string> data;
    const auto all = site_.service->events({}, 0, 1000);
    EXPECT_TRUE(all);
    if (!all) return data;
    for (const EventView& event : *all)
      if (event.type == type) data.push_back(event.data);
    return data;
  }

  void expect_shut_and_in_maintenance() {
    EXPECT_EQ(site_.mode("tor1"), PortMode::Shut);
    EXPECT_EQ(site_.mode("tor2"), PortMode::Shut);
    EXPECT_EQ(site_.server.status.power, Power::Off);
    EXPECT_EQ(server().state, "maintenance");
  }
};

TEST_P(Rescue, LetsTheKeysInAndLeavesTheServerInMaintenance) {
  const std::string id = open();
  EXPECT_EQ(server().state, "maintenance");
  EXPECT_EQ(site_.mode("tor1"), PortMode::Provisioning);
  EXPECT_EQ(site_.mode("tor2"), PortMode::Provisioning);
  EXPECT_THAT(site_.server.let_in, ElementsAre(kKey));
  const RescueView view = rescue();
  EXPECT_EQ(view.state, "open");
  EXPECT_EQ(view.operation, id);
  EXPECT_EQ(view.address, "172.16.100.17");
  EXPECT_EQ(view.host_key, site_.server.status.host_key);
  EXPECT_EQ(view.until - view.opened, 12h) << "it does not stay open for ever";
  EXPECT_THAT(site_.operation(id).message,
              HasSubstr("ssh root@172.16.100.17, host key " + view.host_key));
  EXPECT_THAT(site_.operation(id).timeline.at(0).message,
              HasSubstr("asked for by eva, lets in ssh-ed25519 …ampleexample eva@desk"));

  const auto ending = end();
  ASSERT_TRUE(ending) << ending.error().message;
  EXPECT_EQ(ending->id, id);
  EXPECT_EQ(rescue().state, "ending");
  EXPECT_TRUE(end()) << "twice is fine";
  ASSERT_TRUE(ends(id, "succeeded"));
  expect_shut_and_in_maintenance();
  EXPECT_EQ(server().reason, "loud fan") << "why it is out of the pool stays known";
  EXPECT_EQ(site_.service->find_rescue("srv1").error().code, Errc::NotFound);
  EXPECT_EQ(end().error().code, Errc::NotFound);
}

TEST_P(Rescue, IsInTheEventLogWithWhoAndWhere) {
  const std::string id = open();
  ASSERT_TRUE(end());
  ASSERT_TRUE(ends(id, "succeeded"));
  const auto seen = events("server.rescue");
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_THAT(seen[0], testing::AllOf(HasSubstr("asked for"), HasSubstr("eva")));
  EXPECT_THAT(seen[1], testing::AllOf(HasSubstr("open"), HasSubstr("172.16.100.17")));
  EXPECT_THAT(seen[2], testing::AllOf(HasSubstr("ending"), HasSubstr("bob")));
}

TEST_P(Rescue, OnlyAWipeLeadsIntoThePoolAfterIt) {
  const std::string id = open();
  EXPECT_THAT(site_.service->end_maintenance({}, "srv1", {}, Mode::Real).error().message,
              HasSubstr("busy with rescue operation " + id));
  EXPECT_FALSE(site_.service->deploy({}, site_.order()));
  ASSERT_TRUE(end());
  ASSERT_TRUE(ends(id, "succeeded"));
  EXPECT_FALSE(site_.service->deploy({}, site_.order()));
  const auto wipe = site_.service->end_maintenance({}, "srv1", {}, Mode::Real);
  ASSERT_TRUE(wipe) << wipe.error().message;
  ASSERT_TRUE(ends(wipe->id, "succeeded"));
  EXPECT_EQ(server().state, "available");
}

TEST_P(Rescue, IsRefusedWhereTheDisksAreSomebodysOrTheServerIsInThePool) {
  EXPECT_THAT(start().error().message, HasSubstr("is available; take it into maintenance first"));
  EXPECT_EQ(site_.service->start_rescue({}, "srv9", {kKey}, Mode::Real).error().code,
            Errc::NotFound);
  const DeploymentView ordered = deploy();
  EXPECT_THAT(start().error().message, HasSubstr("belong to deployment " + ordered.id));
  ASSERT_TRUE(ends(ordered.operation, "succeeded"));
  EXPECT_THAT(start().error().message, HasSubstr("is active and its disks belong"));
}

TEST_P(Rescue, AFailedServerOfADeploymentIsRefusedToo) {
  const DeploymentView ordered = deploy();
  ASSERT_TRUE(site_.service->cancel({}, ordered.operation));
  ASSERT_TRUE(ends(ordered.operation, "cancelled"));
  ASSERT_EQ(server().state, "failed");
  EXPECT_THAT(start().error().message, HasSubstr("is failed and its disks belong to deployment"));
}

TEST_P(Rescue, AFailedServerOfNobodyGoesIntoMaintenanceByIt) {
  maintain();
  site_.server.wipe_fails = "disk sda does not confirm the erase";
  const auto wipe = site_.service->end_maintenance({}, "srv1", {}, Mode::Real);
  ASSERT_TRUE(wipe && ends(wipe->id, "failed"));
  ASSERT_EQ(server().state, "failed");
  const auto queued = start();
  ASSERT_TRUE(queued) << queued.error().message;
  EXPECT_EQ(server().state, "maintenance");
  EXPECT_THAT(server().reason, HasSubstr("disk sda"));
  ASSERT_TRUE(reaches(queued->id, "open"));
  ASSERT_TRUE(end());
  ASSERT_TRUE(ends(queued->id, "succeeded"));
  expect_shut_and_in_maintenance();
  EXPECT_THAT(server().reason, HasSubstr("disk sda"));
}

TEST_P(Rescue, NeedsKeysThatAreSome) {
  maintain();
  const auto ask = [&](const std::vector<std::string>& keys) {
    return site_.service->start_rescue({}, "srv1", keys, Mode::Real).error();
  };
  EXPECT_THAT(ask({}).message, HasSubstr("needs an SSH public key"));
  EXPECT_THAT(ask({"command=\"sh\" ssh-ed25519 AAAA"}).message, HasSubstr("not an OpenSSH public"));
  EXPECT_EQ(ask(std::vector<std::string>(65, kKey)).code, Errc::Invalid);
}

TEST_P(Rescue, ADryRunChangesNothing) {
  maintain();
  EXPECT_TRUE(start(Mode::DryRun));
  EXPECT_TRUE(site_.service->list_operations({}, "", {})->items.empty());
  EXPECT_TRUE(events("server.rescue").empty());
}

TEST_P(Rescue, OneThatIsNotOpenYetIsCancelled) {
  site_.server.boot_loops = true;
  maintain();
  const auto queued = start();
  ASSERT_TRUE(queued && reaches(queued->id, "booting"));
  EXPECT_EQ(rescue().state, "opening");
  EXPECT_EQ(rescue().address, "");
  ASSERT_TRUE(end());
  ASSERT_TRUE(ends(queued->id, "cancelled"));
  expect_shut_and_in_maintenance();
  EXPECT_EQ(server().reason, "loud fan");
}

TEST_P(Rescue, ACancelIsAnEndToo) {
  const std::string id = open();
  ASSERT_TRUE(site_.service->cancel({.name = "bob"}, id));
  ASSERT_TRUE(ends(id, "cancelled"));
  expect_shut_and_in_maintenance();
}

TEST_P(Rescue, AServerThatDoesNotBootIsLeftShutInMaintenanceAndMayBeTriedAgain) {
  site_.server.boot_loops = true;
  maintain();
  const auto queued = start();
  ASSERT_TRUE(queued && ends(queued->id, "failed"));
  expect_shut_and_in_maintenance();
  EXPECT_THAT(server().reason, HasSubstr("rescue " + queued->id + " failed: too late"));
  site_.server.boot_loops = false;
  ASSERT_TRUE(site_.service->retry({.name = "eva"}, queued->id));
  ASSERT_TRUE(reaches(queued->id, "open"));
  ASSERT_TRUE(end());
  ASSERT_TRUE(ends(queued->id, "succeeded"));
}

TEST_P(Rescue, EndsByItselfWhenItsTimeIsOver) {
  const std::string id = open();
  const auto over = [&] { return site_.operation_status(id) != "running"; };
  site_.clock.advance(11h);
  EXPECT_FALSE(site_.run_until(over, 60s));
  site_.clock.advance(1h);
  ASSERT_TRUE(site_.run_until(over, 60s));
  EXPECT_EQ(site_.operation_status(id), "succeeded");
  expect_shut_and_in_maintenance();
}

TEST_P(Rescue, AServerThatIsSwitchedOffInItIsBootedAgainWithTheSameKeys) {
  const std::string id = open();
  const std::string before = rescue().host_key;
  site_.server.let_in.clear();
  site_.server.status.power = Power::Off;  // as "poweroff -f" in the RAM system does
  site_.server.status.phase = "off";
  ASSERT_TRUE(site_.run_until([&] { return rescue().host_key != before; }, 60s));
  EXPECT_THAT(site_.server.let_in, ElementsAre(kKey));
  EXPECT_EQ(rescue().state, "open");
  EXPECT_EQ(site_.operation(id).step, "open");
}

TEST_P(Rescue, ASilentServerIsBootedAgainButNotAtOnce) {
  open();
  const int cycles = site_.server.power_cycles;
  site_.server.status.quiet = 4min;  // the service was away, perhaps
  site_.run_until([] { return false; }, 60s);
  EXPECT_EQ(site_.server.power_cycles, cycles);
  site_.server.status.quiet = 6min;
  EXPECT_TRUE(site_.run_until([&] { return site_.server.power_cycles > cycles; }, 60s));
}

TEST_P(Rescue, ABmcThatIsDownDoesNotKeepItOpen) {
  const std::string id = open();
  site_.server.bmc_is_down = true;
  ASSERT_TRUE(end());
  ASSERT_TRUE(ends(id, "failed"));
  EXPECT_EQ(site_.mode("tor1"), PortMode::Shut);
  EXPECT_EQ(site_.mode("tor2"), PortMode::Shut);
  EXPECT_EQ(server().state, "maintenance");
}

TEST_P(Rescue, AnotherControllerGoesOnWithWhatADeadOneHeld) {
  maintain();
  const auto queued = start();
  ASSERT_TRUE(queued);
  for (const Row& row : rescue_table()) {
    const std::string step(to_string(row.in));
    if (row.in == State::Isolating) continue;
    ASSERT_TRUE(reaches(queued->id, step)) << step;
    if (row.in == State::Open) {
      EXPECT_TRUE(end());
    }
    ASSERT_TRUE(db::write(*site_.pool, "die", [&](db::Session& session) -> Status {
      if (claim_operation(session, queued->id, "dead", 90s)) return {};
      return failure(Errc::Conflict, step + " is not due");
    })) << step;
    site_.run_until([] { return false; }, 60s);
    EXPECT_EQ(site_.operation(queued->id).step, step) << "it is held";
  }
  ASSERT_TRUE(ends(queued->id, "succeeded"));
  expect_shut_and_in_maintenance();
}

INSTANTIATE_TEST_SUITE_P(Databases, Rescue, testing::ValuesIn(db::backends_under_test()),
                         db::name_of);

}  // namespace
}  // namespace switchyard::provisioner
