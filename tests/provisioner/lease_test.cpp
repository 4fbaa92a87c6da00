// Who drives a switch or an operation when controllers disagree about the time: leases are the
// database's, each holder falls silent by its own steady clock.
#include "core/db/query.h"
#include "core/db/transaction.h"
#include "provisioner/store/switches.h"
#include "provisioner/store/work.h"
#include "tests/provisioner/simulated_site.h"

#include <gtest/gtest.h>

namespace switchyard::provisioner {
namespace {

using namespace std::chrono_literals;
using switch_drivers::PortMode;

class Leases : public testing::TestWithParam<db::Backend> {
 protected:
  std::string holder() {
    return *db::read(*site_.pool, "holder", [](db::Session& session) -> Result<std::string> {
      return std::get<0>(*db::select_one<std::string>(
          session, "SELECT claimed_by FROM switches WHERE name = 'tor1'"));
    });
  }

  // Time passes for the database and for everybody; nobody's wall clock is right.
  void pass(std::chrono::microseconds time) {
    site_.clock.advance(time);
    early_.advance(time);
    late_.advance(time);
  }

  std::string phase() {
    return *db::read(*site_.pool, "phase", [](db::Session& session) -> Result<std::string> {
      return std::get<0>(*db::select_one<std::string>(
          session, "SELECT phase FROM port_wishes WHERE switch_name = 'tor1'"));
    });
  }

  SimulatedSite site_{GetParam()};
  fakes::FakeClock early_{site_.clock.now() - 1h};
  fakes::FakeClock late_{site_.clock.now() + 1h};
  std::unique_ptr<SimulatedSite::OtherController> one_{site_.controller("one", early_, "tor1")};
  std::unique_ptr<SimulatedSite::OtherController> two_{site_.controller("two", late_, "tor1")};
};

TEST_P(Leases, ASwitchHasOneDriverThoughTheClocksAreTwoHoursApart) {
  for (int i = 0; i < 100; ++i) {
    one_->worker->tick();
    const int exchanges = site_.switches["tor1"].exchanges;
    two_->worker->tick();
    EXPECT_EQ(site_.switches["tor1"].exchanges, exchanges);
    pass(1s);
  }
  EXPECT_EQ(holder(), "one");
}

TEST_P(Leases, TheOtherWayRoundToo) {
  two_->worker->tick();
  const int exchanges = site_.switches["tor1"].exchanges;
  for (int i = 0; i < 50; ++i) {
    one_->worker->tick();
    pass(1s);
  }
  EXPECT_EQ(site_.switches["tor1"].exchanges, exchanges);
  pass(11s);  // 61 s without a sign of life
  one_->worker->tick();
  EXPECT_EQ(holder(), "one");
}

// As after SIGSTOP in the middle of an exchange.
TEST_P(Leases, WhoSleptThroughItsLeaseFallsSilentAndRecordsNothing) {
  bool permitted = true;
  site_.switches["tor1"].during_apply = [&] {
    EXPECT_TRUE(one_->permit->holds());
    pass(61s);
    permitted = one_->permit->holds();
    two_->worker->tick();
    EXPECT_EQ(phase(), "settled");  // by the new holder
  };
  site_.switches["tor1"].ports.clear();
  one_->worker->tick();
  EXPECT_FALSE(permitted);
  EXPECT_EQ(holder(), "two");
  EXPECT_EQ(phase(), "settled");
  const int exchanges = site_.switches["tor1"].exchanges;
  one_->worker->tick();
  EXPECT_EQ(site_.switches["tor1"].exchanges, exchanges);
}

TEST_P(Leases, ThePermitEndsBeforeTheLease) {
  one_->worker->tick();
  pass(44s);
  EXPECT_TRUE(one_->permit->holds());
  pass(2s);
  EXPECT_FALSE(one_->permit->holds());
  two_->worker->tick();
  EXPECT_EQ(holder(), "one");
}

TEST_P(Leases, AnOlderProcessOfTheSameNameIsAnotherHolder) {
  one_->worker->tick();
  ASSERT_TRUE(db::write(*site_.pool, "restart", [](db::Session& session) -> Status {
    drop_claims(session, "one");
    return {};
  }));
  const auto restarted = site_.controller("one", early_, "tor1");
  restarted->worker->tick();
  pass(30s);
  restarted->worker->tick();
  const int exchanges = site_.switches["tor1"].exchanges;
  one_->worker->tick();
  EXPECT_EQ(site_.switches["tor1"].exchanges, exchanges);
}

TEST_P(Leases, AnOperationIsClaimedOnceThoughTheClocksAreTwoHoursApart) {
  const auto ordered = site_.service->deploy({}, site_.order());
  ASSERT_TRUE(ordered);
  const auto claim = [&](SimulatedSite::OtherController& controller) {
    return *db::write(*controller.pool, "claim",
                      [&](db::Session& session) -> Result<std::optional<OperationRecord>> {
                        return claim_operation(session, ordered->operation,
                                               controller.site.controller, 60s);
                      });
  };
  const auto first = claim(*one_);
  ASSERT_TRUE(first);
  EXPECT_FALSE(claim(*two_));
  pass(61s);
  const auto second = claim(*two_);
  ASSERT_TRUE(second);
  EXPECT_GT(second->fence, first->fence);
}

Error asked_to_power_off(const BootLimits& limits) {
  const auto server = make_server_boot({.server = "srv1",
                                        .type = "simulated",
                                        .url = "http://127.0.0.1:1/redfish/v1/Systems/srv1",
                                        .limits = limits});
  return (*server)->set_power(Power::Off).error();
}

TEST(ServerBootLimits, NothingIsSentAfterTheClaim) {
  const Error refused = asked_to_power_off({.until = std::chrono::steady_clock::now()});
  EXPECT_EQ(refused.code, Errc::Unavailable);
  EXPECT_NE(refused.message.find("no longer holds"), std::string::npos);
}

TEST(ServerBootLimits, NothingIsSentAfterTheEnd) {
  static std::stop_source ends;
  ends.request_stop();
  EXPECT_NE(asked_to_power_off({.stop = ends.get_token()}).message.find("no longer holds"),
            std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Databases, Leases, testing::ValuesIn(db::backends_under_test()),
                         db::name_of);

}  // namespace
}  // namespace switchyard::provisioner
