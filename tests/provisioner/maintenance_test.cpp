// Into maintenance and back: the way into the pool is a proved wipe, whatever happens meanwhile.
#include "core/db/query.h"
#include "core/db/transaction.h"
#include "provisioner/store/work.h"
#include "tests/provisioner/life_fixture.h"

#include <gmock/gmock.h>

namespace switchyard::provisioner {
namespace {

using namespace std::chrono_literals;
using switch_drivers::PortMode;
using testing::HasSubstr;

class Maintenance : public LifeFixture {
 protected:
  Result<ServerView> start(std::optional<long long> version = {}) {
    return site_.service->start_maintenance("srv1", "loud fan", version, Mode::Real);
  }

  Result<OperationView> end(std::optional<long long> version = {}) {
    return site_.service->end_maintenance({.name = "eva"}, "srv1", version, Mode::Real);
  }

  // In maintenance and on its way back; the id of the wipe.
  std::string wipe() {
    EXPECT_TRUE(start());
    const auto queued = end();
    EXPECT_TRUE(queued) << queued.error().message;
    return queued.value_or(OperationView{}).id;
  }

  ServerView server() { return *site_.service->find_server({}, "srv1"); }

  std::string refused_deploy() {
    const auto ordered = site_.service->deploy({}, site_.order());
    return ordered ? "it was deployed" : ordered.error().message;
  }

  void expect_isolated() {
    EXPECT_EQ(site_.mode("tor1"), PortMode::Shut);
    EXPECT_EQ(site_.mode("tor2"), PortMode::Shut);
    EXPECT_EQ(site_.server.status.power, Power::Off);
  }
};

TEST_P(Maintenance, LeadsBackIntoThePoolThroughAWipe) {
  const auto out = start();
  ASSERT_TRUE(out) << out.error().message;
  EXPECT_EQ(out->state, "maintenance");
  EXPECT_EQ(out->reason, "loud fan");
  const auto queued = end();
  ASSERT_TRUE(queued) << queued.error().message;
  EXPECT_EQ(queued->kind, "wipe");
  EXPECT_EQ(queued->deployment, "");
  EXPECT_EQ(queued->timeline.at(0).message, "asked for by eva");
  EXPECT_EQ(server().state, "wiping");
  EXPECT_THAT(refused_deploy(), HasSubstr("wiping"));
  ASSERT_TRUE(ends(queued->id, "succeeded"));
  EXPECT_EQ(server().state, "available");
  EXPECT_EQ(server().reason, "");
  EXPECT_EQ(site_.mode("tor1"), PortMode::Provisioning);
  EXPECT_EQ(site_.server.status.power, Power::Off);
  EXPECT_EQ(site_.server.status.operation, queued->id);
  ASSERT_TRUE(ends(deploy().operation, "succeeded")) << "it is of use again";
}

TEST_P(Maintenance, ARunningWipeIsAnsweredAgain) {
  const std::string operation = wipe();
  EXPECT_EQ(end()->id, operation);
  EXPECT_EQ(start().error().code, Errc::Conflict);
}

TEST_P(Maintenance, ADryRunChangesNothing) {
  EXPECT_TRUE(site_.service->start_maintenance("srv1", "", {}, Mode::DryRun));
  EXPECT_EQ(server().state, "available");
  ASSERT_TRUE(start());
  EXPECT_TRUE(site_.service->end_maintenance({}, "srv1", {}, Mode::DryRun));
  EXPECT_EQ(server().state, "maintenance");
  EXPECT_TRUE(site_.service->list_operations({}, "", {})->items.empty());
}

TEST_P(Maintenance, IsRefusedWhereItMakesNoSense) {
  EXPECT_THAT(end().error().message, HasSubstr("is available, not in maintenance"));
  EXPECT_EQ(site_.service->end_maintenance({}, "srv9", {}, Mode::Real).error().code,
            Errc::NotFound);
  EXPECT_EQ(start(server().version + 1).error().code, Errc::Conflict);
  const DeploymentView ordered = deploy();
  EXPECT_THAT(start().error().message, HasSubstr("release deployment " + ordered.id + " first"));
}

TEST_P(Maintenance, AWipeThatIsNotProvedLeavesTheServerFailed) {
  site_.server.wipe_fails = "disk sdb (S2) belongs to the server and was not wiped";
  const std::string operation = wipe();
  ASSERT_TRUE(ends(operation, "failed"));
  EXPECT_EQ(server().state, "failed");
  EXPECT_THAT(server().reason, HasSubstr("disk sdb (S2)"));
  expect_isolated();
  EXPECT_THAT(refused_deploy(), HasSubstr("failed"));
  EXPECT_THAT(end().error().message,
              HasSubstr("is failed, not in maintenance; take it there first"));

  site_.server.wipe_fails.clear();
  ASSERT_TRUE(site_.service->retry({.name = "eva"}, operation));
  EXPECT_EQ(server().state, "wiping");
  ASSERT_TRUE(ends(operation, "succeeded"));
  EXPECT_EQ(server().state, "available");
}

TEST_P(Maintenance, AFailedServerWithoutADeploymentMayGoThereAndIsWipedAnew) {
  site_.server.wipe_fails = "disk sda does not confirm the erase";
  const std::string failed = wipe();
  ASSERT_TRUE(ends(failed, "failed"));
  site_.server.wipe_fails.clear();
  const std::string second = wipe();
  EXPECT_NE(second, failed);
  ASSERT_TRUE(ends(second, "succeeded"));
  EXPECT_EQ(server().state, "available");
  EXPECT_THAT(site_.service->retry({}, failed).error().message, HasSubstr("no longer as operation"))
      << "it is in the pool";
}

TEST_P(Maintenance, SomebodyWithHandsOnAFailedServerIsNotSurprisedByARetry) {
  site_.server.wipe_fails = "disk sda does not confirm the erase";
  const std::string failed = wipe();
  ASSERT_TRUE(ends(failed, "failed"));
  ASSERT_TRUE(start());
  EXPECT_EQ(site_.service->retry({}, failed).error().code, Errc::Conflict);
  expect_isolated();
}

TEST_P(Maintenance, ACancelLeavesTheServerThere) {
  site_.server.wipes = false;
  const std::string operation = wipe();
  ASSERT_TRUE(reaches(operation, "wiping"));
  ASSERT_TRUE(site_.service->cancel({.name = "eva"}, operation));
  ASSERT_TRUE(ends(operation, "cancelled"));
  EXPECT_EQ(server().state, "maintenance");
  EXPECT_THAT(server().reason, HasSubstr(operation + " was cancelled"));
  expect_isolated();
  site_.server.wipes = true;
  ASSERT_TRUE(site_.service->retry({}, operation));
  ASSERT_TRUE(ends(operation, "succeeded"));
  EXPECT_EQ(server().state, "available");
}

// A dead controller leaves a claim behind and nothing else.
TEST_P(Maintenance, AnotherControllerGoesOnWithWhatADeadOneHeld) {
  const std::string operation = wipe();
  for (const Row& row : wipe_table()) {
    const std::string step(to_string(row.in));
    if (row.in == State::Isolating) continue;
    ASSERT_TRUE(reaches(operation, step)) << step;
    ASSERT_TRUE(db::write(*site_.pool, "die", [&](db::Session& session) -> Status {
      if (claim_operation(session, operation, "dead", 90s)) return {};
      return failure(Errc::Conflict, step + " is not due");
    })) << step;
    site_.run_until([] { return false; }, 60s);
    EXPECT_EQ(site_.operation(operation).step, step) << "it is held";
    EXPECT_EQ(server().state, "wiping");
  }
  ASSERT_TRUE(ends(operation, "succeeded"));
  EXPECT_EQ(server().state, "available");
}

TEST_P(Maintenance, NewLinksAreRefusedWhileTheyWouldOpenAPort) {
  const std::string moved = SimulatedSite::inventory_with("02:00:00:00:00:02", "02:00:00:00:00:03");
  const auto import = [&] {
    return site_.service->import_inventory("site.yaml", moved, Mode::DryRun);
  };
  site_.server.wipe_fails = "disk sda does not confirm the erase";
  const std::string operation = wipe();
  EXPECT_THAT(import().error().message, HasSubstr("srv1 is wiping: its links"));
  ASSERT_TRUE(ends(operation, "failed"));
  EXPECT_THAT(import().error().message, HasSubstr("srv1 is failed: its links"));
  ASSERT_TRUE(start());
  EXPECT_TRUE(import());
}

TEST_P(Maintenance, ANewServerIsWipedBeforeItCanBeOrdered) {
  ASSERT_TRUE(db::write(*site_.pool, "forget", [](db::Session& session) -> Status {
    for (const char* table : {"nics", "servers"})
      db::execute(session, std::string("DELETE FROM ") + table);
    return {};
  }));
  const std::string unproved = SimulatedSite::inventory_with("    clean: true\n", "");
  const auto imported = site_.service->import_inventory("site.yaml", unproved, Mode::Real);
  ASSERT_TRUE(imported) << imported.error().message;
  EXPECT_EQ(imported->to_wipe, std::vector<std::string>{"srv1"});
  EXPECT_EQ(server().state, "maintenance");
  EXPECT_EQ(server().reason, "new, not proved clean yet");
  EXPECT_THAT(refused_deploy(), HasSubstr("maintenance"));
  const auto again = site_.service->import_inventory("site.yaml", unproved, Mode::Real);
  EXPECT_THAT(again->to_wipe, testing::IsEmpty()) << "it is not new any more";
  const auto vouched = SimulatedSite::inventory_with("clean: true", "clean: true");
  ASSERT_TRUE(site_.service->import_inventory("site.yaml", vouched, Mode::Real));
  EXPECT_EQ(server().state, "maintenance") << "too late to vouch for it";
  ASSERT_TRUE(ends(end()->id, "succeeded"));
  EXPECT_EQ(server().state, "available");
}

TEST_P(Maintenance, AServerOfThePoolThatHasOtherNicsMayBeAnotherMachine) {
  const auto moved = SimulatedSite::inventory_with("name: eth2", "name: lan2");
  EXPECT_THAT(site_.service->import_inventory("site.yaml", moved, Mode::Real)->to_wipe,
              testing::IsEmpty());
  EXPECT_EQ(server().state, "available") << "a name is nothing";
  const auto other = SimulatedSite::inventory_with("02:00:00:00:00:02", "02:00:00:00:00:03");
  EXPECT_EQ(site_.service->import_inventory("site.yaml", other, Mode::Real)->to_wipe,
            std::vector<std::string>{"srv1"});
  EXPECT_EQ(server().state, "maintenance");
  EXPECT_EQ(server().reason, "it has other NICs now and is not proved clean");
}

INSTANTIATE_TEST_SUITE_P(Databases, Maintenance, testing::ValuesIn(db::backends_under_test()),
                         db::name_of);

}  // namespace
}  // namespace switchyard::provisioner
