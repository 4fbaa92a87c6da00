// What people are told of work that goes wrong: steps that take much longer than usual, and the
// serial log of a failed one; on both databases.
#include "core/db/query.h"
#include "core/db/transaction.h"
#include "provisioner/store/consoles.h"
#include "provisioner/store/step_times.h"
#include "tests/provisioner/life_fixture.h"

#include <algorithm>
#include <thread>

namespace switchyard::provisioner {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;

class FailureLog : public LifeFixture {
 protected:
  void with_database(const std::function<void(db::Session&)>& act) {
    const Status done = db::write(*site_.pool, "test", [&](db::Session& session) -> Status {
      act(session);
      return {};
    });
    ASSERT_TRUE(done) << done.error().message;
  }

  // Runs of the install on hardware, newest last.
  void ran(const std::string& hardware, const std::vector<std::chrono::seconds>& times) {
    with_database([&](db::Session& session) {
      for (const auto time : times)
        db::execute(session,
                    "INSERT INTO step_times (operation, kind, step, micros, hardware) VALUES (:o, "
                    "'deploy', 'installing', :m, :h)",
                    "old-" + std::to_string(runs_++),
                    static_cast<long long>(microseconds(time).count()), hardware);
    });
  }

  UsualTimes usual(const std::string& hardware) {
    UsualTimes times;
    with_database([&](db::Session& session) {
      times = usual_times(session, "deploy", hardware);
      for (const auto& [step, usual] : times)
        EXPECT_EQ(usual_time(session, "deploy", step, hardware).median, usual.median) << step;
    });
    return times;
  }

  [[nodiscard]] std::vector<EventView> events(const std::string& type) {
    std::vector<EventView> found;
    const auto all = site_.service->events({}, 0, 1000);
    for (const EventView& event : *all)
      if (event.type == type) found.push_back(event);
    return found;
  }

  // Its RAM system has the order and works on it.
  bool installs(const std::string& operation) {
    return site_.run_until([&] {
      return site_.server.status.operation == operation &&
             site_.server.status.phase == "installing";
    });
  }

  // Reading a console is a thread of its own.
  bool hears_console() {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (site_.consoles.seen("srv1").text.empty() && site_.consoles.seen("srv1").problem.empty())
      if (std::chrono::steady_clock::now() > end)
        return false;
      else
        std::this_thread::yield();
    return true;
  }

  int runs_{};
};

TEST_P(FailureLog, ComparesTimesOnHardwareOfOneKind) {
  ran("Dell R650", {100s, 30s, 20s});
  ran("HPE DL360", {300s, 320s, 310s});
  EXPECT_EQ(usual("Dell R650")["installing"].median, 30s);
  EXPECT_EQ(usual("HPE DL360")["installing"].median, 310s);
  EXPECT_EQ(usual("HPE DL360")["installing"].runs, 3);
}

TEST_P(FailureLog, TakesAllHardwareForWhatNeverRanOnThisOne) {
  ran("Dell R650", {10s, 20s, 30s});
  EXPECT_EQ(usual("Supermicro")["installing"].median, 20s);
  EXPECT_FALSE(usual("Supermicro").contains("booting"));
}

TEST_P(FailureLog, KnowsAServerByItsInspectionElseByItsProfile) {
  with_database([](db::Session& session) {
    EXPECT_EQ(hardware_of(session, "srv1"), "") << "the profile is default";
    db::execute(session, "UPDATE servers SET profile = 'small'");
    EXPECT_EQ(hardware_of(session, "srv1"), "small");
    keep_hardware(session, "srv1", "Dell R650");
    keep_hardware(session, "srv1", "");
    EXPECT_EQ(hardware_of(session, "srv1"), "Dell R650");
  });
}

TEST_P(FailureLog, CallsNothingSlowThatRanTwiceOnly) {
  EXPECT_EQ(slow_after({}), 0s);
  EXPECT_EQ(slow_after({.median = 60s, .runs = 2}), 0s);
  EXPECT_EQ(slow_after({.median = 60s, .runs = 3}), 180s);
  EXPECT_EQ(slow_after({.median = 1s, .runs = 9}), 31s) << "30 s more at least";
}

TEST_P(FailureLog, SaysOnceThatAStepTakesMuchLongerThanUsual) {
  ran("", {10s, 10s, 10s});
  site_.server.installs = false;
  const DeploymentView ordered = deploy();
  ASSERT_TRUE(reaches(ordered.operation, "installing"));
  site_.run_until([] { return false; }, 30s);
  EXPECT_TRUE(events("operation.slow").empty());
  site_.run_until([] { return false; }, 60s);
  ASSERT_EQ(events("operation.slow").size(), 1U);
  const OperationView view = site_.operation(ordered.operation);
  EXPECT_EQ(std::ranges::count(view.timeline, "slow", &TimelineView::kind), 1);
  const auto step = std::ranges::find(view.steps, "installing", &StepView::name);
  EXPECT_TRUE(step->is_slow);
  EXPECT_EQ(step->usual_seconds, 10);
  site_.server.installs = true;
  ASSERT_TRUE(ends(ordered.operation, "succeeded"));
}

TEST_P(FailureLog, AFailedInstallKeepsWhatTheConsoleShowed) {
  site_.server.console = "Linux version 6.1\r\nKernel panic - not syncing\r\n";
  site_.server.installs = false;
  const DeploymentView ordered = deploy();
  ASSERT_TRUE(installs(ordered.operation));
  ASSERT_TRUE(hears_console());
  with_database([&](db::Session& session) {
    keep_installer_lines(session, ordered.operation, "srv1", {"writing vda", "I/O error"});
  });
  site_.server.status.phase = "failed";
  site_.server.status.detail = "no disk";
  ASSERT_TRUE(ends(ordered.operation, "failed"));
  const auto kept = site_.service->find_console({}, ordered.operation);
  ASSERT_TRUE(kept) << kept.error().message;
  EXPECT_EQ(kept->server, "srv1");
  EXPECT_EQ(kept->step, "installing");
  EXPECT_EQ(kept->console, "Linux version 6.1\nKernel panic - not syncing\n");
  EXPECT_EQ(kept->installer, "writing vda\nI/O error\n");
  EXPECT_EQ(kept->problem, "");
  EXPECT_EQ(site_.consoles.seen("srv1").text, "") << "it is let go";
}

TEST_P(FailureLog, SaysWhyThereIsNoConsole) {
  site_.server.installs = false;
  const DeploymentView ordered = deploy();
  ASSERT_TRUE(installs(ordered.operation));
  ASSERT_TRUE(hears_console());
  site_.server.status.phase = "failed";
  ASSERT_TRUE(ends(ordered.operation, "failed"));
  EXPECT_NE(site_.service->find_console({}, ordered.operation)->problem.find("no serial console"),
            std::string::npos);
}

TEST_P(FailureLog, NothingIsKeptOfWorkThatSucceeded) {
  site_.server.console = "login:";
  const DeploymentView ordered = deploy();
  with_database([&](db::Session& session) {
    keep_installer_lines(session, ordered.operation, "srv1", {"writing vda"});
  });
  ASSERT_TRUE(ends(ordered.operation, "succeeded"));
  EXPECT_EQ(site_.service->find_console({}, ordered.operation).error().code, Errc::NotFound);
  EXPECT_EQ(site_.consoles.seen("srv1").text, "");
}

TEST_P(FailureLog, IsNotForOtherProjects) {
  site_.server.installs = false;
  const DeploymentView ordered = deploy();
  ASSERT_TRUE(installs(ordered.operation));
  site_.server.status.phase = "failed";
  ASSERT_TRUE(ends(ordered.operation, "failed"));
  EXPECT_TRUE(site_.service->find_console({.project = "demo"}, ordered.operation));
  EXPECT_FALSE(site_.service->find_console({.project = "other"}, ordered.operation));
}

TEST_P(FailureLog, KeepsTheLastLinesOfTheInstallerAndMasksTokens) {
  with_database([](db::Session& session) {
    for (int i = 0; i < 300; ++i)
      keep_installer_lines(session, "op-1", "srv1", {std::string(100, 'x') + std::to_string(i)});
    keep_installer_lines(session, "op-1", "srv1", {"token " + std::string(64, 'a')});
    const auto kept = find_console(session, "op-1");
    EXPECT_LE(kept->installer.size(), 16U << 10U);
    EXPECT_TRUE(kept->installer.starts_with("xxx"));
    EXPECT_TRUE(kept->installer.ends_with("x299\ntoken [masked]\n"));
  });
}

INSTANTIATE_TEST_SUITE_P(Databases, FailureLog, testing::ValuesIn(db::backends_under_test()),
                         db::name_of);

}  // namespace
}  // namespace switchyard::provisioner
