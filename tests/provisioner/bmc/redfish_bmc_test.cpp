#include "provisioner/bmc/bmc.h"
#include "provisioner/bmc/gate.h"
#include "tests/provisioner/bmc/scripted_redfish.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

namespace switchyard::provisioner {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

// Long enough for a busy machine where an answer comes; short where a test waits for its end.
constexpr BmcTimes kPatient{.call = 20s, .look = 1ms};
constexpr BmcTimes kHasty{.call = 300ms, .look = 20ms};

BmcAccess access_to(const ScriptedRedfish& service, BmcTimes times = kPatient) {
  return {.server = "srv1",
          .type = "redfish",
          .url = service.url(),
          .user = ScriptedRedfish::kUser,
          .password = Secret(ScriptedRedfish::kPassword),
          .insecure = true,
          .times = times};
}

std::unique_ptr<Bmc> connect(const BmcAccess& access) {
  auto bmc = make_bmc(access);
  EXPECT_TRUE(bmc) << bmc.error().message;
  return bmc ? std::move(*bmc) : nullptr;
}

class RedfishBmcTest : public testing::Test {
 protected:
  ScriptedRedfish service_;
  std::unique_ptr<Bmc> bmc_ = connect(access_to(service_));
  std::unique_ptr<Bmc> hasty_ = connect(access_to(service_, kHasty));
};

TEST_F(RedfishBmcTest, FindsTheOneSystemFromTheServiceRoot) {
  EXPECT_EQ(bmc_->power(), Power::Off);
  EXPECT_THAT(service_.requests(), Contains("GET /redfish/v1/Systems"));
  EXPECT_EQ(bmc_->power(), Power::Off);
  EXPECT_EQ(service_.requests().back(), "GET /redfish/v1/Systems/1");
  EXPECT_EQ(std::ranges::count(service_.requests(), "GET /redfish/v1/Systems"), 1);
}

TEST_F(RedfishBmcTest, GoesStraightToTheSystemTheUrlNames) {
  BmcAccess access = access_to(service_);
  access.url += ScriptedRedfish::kSystem;
  EXPECT_EQ(connect(access)->power(), Power::Off);
  EXPECT_EQ(service_.requests().size(), 1U);
}

TEST_F(RedfishBmcTest, SwitchesOnAndOffAndReadsBack) {
  EXPECT_TRUE(bmc_->set_power(PowerAction::On));
  EXPECT_EQ(bmc_->power(), Power::On);
  EXPECT_TRUE(bmc_->set_power(PowerAction::ForceOff));
  EXPECT_EQ(bmc_->power(), Power::Off);
}

TEST_F(RedfishBmcTest, SendsNothingWhenItIsSoAlready) {
  ASSERT_TRUE(bmc_->set_power(PowerAction::ForceOff));
  EXPECT_TRUE(service_.bodies().empty());
}

TEST_F(RedfishBmcTest, CyclesByOffAndOn) {
  service_.merge({{"PowerState", "On"}});
  ASSERT_TRUE(bmc_->set_power(PowerAction::Cycle));
  ASSERT_EQ(service_.bodies().size(), 2U);
  EXPECT_EQ(service_.bodies()[0]["ResetType"], "ForceOff");
  EXPECT_EQ(service_.bodies()[1]["ResetType"], "On");
  EXPECT_EQ(bmc_->power(), Power::On);
}

TEST_F(RedfishBmcTest, AsksTheSystemPolitelyAndDoesNotWaitForIt) {
  service_.merge({{"PowerState", "On"}});
  service_.set_faults({.ignores_reset = true});
  EXPECT_TRUE(hasty_->set_power(PowerAction::GracefulOff));
  EXPECT_EQ(service_.bodies().back()["ResetType"], "GracefulShutdown");
}

TEST_F(RedfishBmcTest, NamesABmcThatSaysYesAndDoesNothing) {
  service_.set_faults({.ignores_reset = true});
  const Status on = hasty_->set_power(PowerAction::On);
  ASSERT_FALSE(on);
  EXPECT_EQ(on.error().code, Errc::TimedOut);
  EXPECT_EQ(on.error().message, "BMC of srv1 accepted ResetType On but shows: the server off");
}

TEST_F(RedfishBmcTest, AServerOnItsWayIsNotThereYet) {
  service_.merge({{"PowerState", "PoweringOn"}});
  EXPECT_EQ(bmc_->power(), Power::Off);
  service_.merge({{"PowerState", "PoweringOff"}});
  EXPECT_EQ(bmc_->power(), Power::On);
  service_.set_faults({.ignores_reset = true});
  const Status off = hasty_->set_power(PowerAction::ForceOff);
  ASSERT_FALSE(off);
  EXPECT_THAT(off.error().message, HasSubstr("the server powering off"));
}

TEST_F(RedfishBmcTest, APowerStateItDoesNotKnowNowIsWorthAnotherTry) {
  service_.set_faults({.body = R"({"PowerState": null})"});
  EXPECT_EQ(bmc_->power().error().code, Errc::Unavailable);
}

TEST_F(RedfishBmcTest, SetsTheNextBootOnceWithTheVersionItRead) {
  ASSERT_TRUE(bmc_->set_next_boot(BootDevice::Network, std::nullopt));
  EXPECT_EQ(service_.system()["Boot"]["BootSourceOverrideTarget"], "Pxe");
  EXPECT_EQ(service_.system()["Boot"]["BootSourceOverrideEnabled"], "Once");
  service_.set_faults({.changes_in_between = 1});
  EXPECT_TRUE(bmc_->set_next_boot(BootDevice::Disk, BootMode::Uefi));
  EXPECT_EQ(service_.system()["Boot"]["BootSourceOverrideTarget"], "Hdd");
}

TEST_F(RedfishBmcTest, ASystemThatChangesAgainAndAgainIsAConflict) {
  service_.set_faults({.changes_in_between = 2});
  const Status set = bmc_->set_next_boot(BootDevice::Network, std::nullopt);
  ASSERT_FALSE(set);
  EXPECT_EQ(set.error().code, Errc::Conflict);
}

TEST_F(RedfishBmcTest, NamesABmcThatLosesTheBootDevice) {
  service_.set_faults({.ignores_boot = true});
  const Status set = hasty_->set_next_boot(BootDevice::Network, std::nullopt);
  ASSERT_FALSE(set);
  EXPECT_EQ(set.error().code, Errc::TimedOut);
  EXPECT_THAT(set.error().message, HasSubstr("BMC of srv1 accepted the boot device but shows: "
                                             "BootSourceOverrideTarget None instead of Pxe"));
}

// Seen on a real one: bmc-toolbox/bmclib#459.
TEST_F(RedfishBmcTest, NamesABmcThatFallsBackToAnotherMode) {
  service_.merge({{"Boot", {{"BootSourceOverrideMode", "Legacy"}}}});
  service_.set_faults({.reverts_mode = true});
  const Status set = hasty_->set_next_boot(BootDevice::Network, BootMode::Uefi);
  ASSERT_FALSE(set);
  EXPECT_THAT(set.error().message, HasSubstr("BootSourceOverrideMode Legacy instead of UEFI"));
}

TEST_F(RedfishBmcTest, LeavesOutWhatTheBmcRefusesAndReadsBack) {
  service_.merge({{"Manufacturer", "Supermicro"}});
  service_.set_faults({.refuses_mode = true});
  EXPECT_TRUE(bmc_->set_next_boot(BootDevice::Network, std::nullopt));
  service_.set_faults({.refuses_same_enabled = true});
  EXPECT_TRUE(bmc_->set_next_boot(BootDevice::Disk, std::nullopt));
}

TEST_F(RedfishBmcTest, TellsWhatTheServerIsMadeOf) {
  const auto inventory = bmc_->inventory();
  ASSERT_TRUE(inventory) << inventory.error().message;
  EXPECT_EQ(inventory->manufacturer, "Contoso");
  EXPECT_EQ(inventory->serial, "437XR1138R2");
  EXPECT_EQ(inventory->memory_bytes, 96ULL << 30);
  EXPECT_EQ(inventory->cpus, 2U);
  ASSERT_EQ(inventory->macs.size(), 1U);  // the other one has no address yet
  EXPECT_EQ(to_string(inventory->macs[0]), "12:44:6a:3b:04:11");
}

TEST_F(RedfishBmcTest, TellsWhereTheSerialConsoleIs) {
  const auto console = bmc_->console();
  ASSERT_TRUE(console);
  EXPECT_EQ(console->protocol, "ssh");
  EXPECT_EQ(console->port, 2200);
}

TEST_F(RedfishBmcTest, AHangingBmcEndsAtTheDeadline) {
  service_.set_faults({.hangs = true});
  const auto power = hasty_->power();
  ASSERT_FALSE(power);
  EXPECT_EQ(power.error().code, Errc::TimedOut);
  EXPECT_THAT(power.error().message, HasSubstr("BMC of srv1"));
}

TEST_F(RedfishBmcTest, TheEndOfThisControllerCutsAWaitShort) {
  service_.set_faults({.hangs = true});
  std::stop_source ends;
  BmcAccess access = access_to(service_, {.call = 10min, .look = 1ms});
  access.limits.stop = ends.get_token();
  const auto bmc = connect(access);
  std::thread signal([&] {
    while (service_.requests().empty())
      std::this_thread::yield();
    ends.request_stop();
  });
  const auto power = bmc->power();
  signal.join();
  ASSERT_FALSE(power);
  EXPECT_EQ(power.error().code, Errc::Unavailable);
  EXPECT_EQ(bmc->set_power(PowerAction::ForceOff).error().code, Errc::Unavailable);
}

TEST_F(RedfishBmcTest, NothingIsSentAfterTheClaim) {
  BmcAccess access = access_to(service_);
  access.limits.until = std::chrono::steady_clock::now();
  const Status off = connect(access)->set_power(PowerAction::ForceOff);
  ASSERT_FALSE(off);
  EXPECT_THAT(off.error().message, HasSubstr("no longer holds"));
  EXPECT_TRUE(service_.requests().empty());
}

TEST_F(RedfishBmcTest, ABusyBmcIsWorthAnotherTryAndAskedAgainWhileReadingBack) {
  service_.set_faults({.busy = 1});
  EXPECT_EQ(bmc_->power().error().code, Errc::Unavailable);
  EXPECT_EQ(bmc_->power(), Power::Off);
}

TEST_F(RedfishBmcTest, RefusesAWrongPasswordWithoutNamingIt) {
  BmcAccess access = access_to(service_);
  access.password = Secret("hunter2");
  const auto power = connect(access)->power();
  ASSERT_FALSE(power);
  EXPECT_EQ(power.error().code, Errc::Rejected);
  EXPECT_EQ(power.error().message, "BMC of srv1: it refuses the login of admin");
}

TEST_F(RedfishBmcTest, LogsInWhereBasicAuthenticationIsSwitchedOffAndOutAgain) {
  service_.set_faults({.wants_sessions = true});
  EXPECT_EQ(bmc_->power(), Power::Off);
  EXPECT_TRUE(bmc_->set_power(PowerAction::On));
  EXPECT_EQ(service_.open_sessions(), 1U);
  bmc_.reset();
  EXPECT_EQ(service_.open_sessions(), 0U);
}

TEST_F(RedfishBmcTest, AnAnswerThatMakesNoSenseNamesTheSystem) {
  service_.set_faults({.body = "<html>"});
  const auto power = bmc_->power();
  ASSERT_FALSE(power);
  EXPECT_EQ(power.error().code, Errc::Invalid);
  EXPECT_EQ(power.error().message,
            "BMC of srv1: /redfish/v1/Systems/1: the system is not a JSON object");
}

TEST_F(RedfishBmcTest, AnAnswerThatIsTooLargeIsRefused) {
  service_.set_faults({.body = "{\"PowerState\": \"" + std::string(1 << 20, 'x') + "\"}"});
  EXPECT_THAT(bmc_->power().error().message, HasSubstr("larger than 1 MiB"));
}

TEST_F(RedfishBmcTest, OneRequestAtATimeToABmc) {
  const auto gates = std::make_shared<BmcGates>(0ms);
  std::vector<std::thread> callers;
  for (int i = 0; i < 8; ++i)
    callers.emplace_back([&] {
      BmcAccess access = access_to(service_);
      access.gates = gates;
      EXPECT_EQ(connect(access)->power(), Power::Off);
    });
  for (std::thread& caller : callers)
    caller.join();
  EXPECT_EQ(service_.requests().size(), 24U);
  EXPECT_EQ(service_.most_at_once(), 1);
}

TEST(RedfishTls, AcceptsThePinnedCertificateAndNoOther) {
  const ScriptedRedfish service(ScriptedRedfish::Scheme::Https);
  BmcAccess access = access_to(service);
  access.insecure = false;
  access.certificate = service.fingerprint();
  EXPECT_EQ(connect(access)->power(), Power::Off);

  access.certificate = "sha256:" + std::string(64, '0');
  const auto refused = connect(access)->power();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::Rejected);
  EXPECT_EQ(refused.error().message,
            "BMC of srv1: its certificate is not the one in the inventory");
}

TEST(RedfishTls, SendsNothingToACertificateOfNobody) {
  ScriptedRedfish service(ScriptedRedfish::Scheme::Https);
  BmcAccess access = access_to(service);
  access.insecure = false;
  const auto refused = connect(access)->power();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::Rejected);
  EXPECT_THAT(refused.error().message, HasSubstr("not of a trusted CA"));
  EXPECT_TRUE(service.requests().empty());
}

TEST(RedfishTls, TakesAnyCertificateOnlyWhenToldTo) {
  const ScriptedRedfish service(ScriptedRedfish::Scheme::Https);
  EXPECT_EQ(connect(access_to(service))->power(), Power::Off);
}

Error refused(BmcAccess access) {
  access.server = "srv1";
  access.type = access.type.empty() ? "redfish" : access.type;
  const auto bmc = make_bmc(access);
  return bmc ? Error{} : bmc.error();
}

TEST(RedfishAccess, SendsNoPasswordInClearUnlessToldTo) {
  EXPECT_THAT(refused({.url = "http://192.0.2.1", .user = "admin"}).message,
              HasSubstr("would travel in clear"));
  EXPECT_EQ(refused({.url = "http://192.0.2.1", .user = "admin", .insecure = true}).message, "");
  EXPECT_EQ(refused({.url = "https://192.0.2.1", .user = "admin"}).message, "");
}

TEST(RedfishAccess, RefusesWhatCannotWork) {
  EXPECT_EQ(refused({.type = "amt"}).message,
            "server srv1: unknown BMC type amt (known: redfish, ipmi, simulated)");
  EXPECT_EQ(refused({.url = "ssh://192.0.2.1"}).message,
            "BMC of srv1: not an http or https URL: ssh://192.0.2.1");
  EXPECT_THAT(refused({.url = "https://192.0.2.1", .certificate = "md5:00"}).message,
              HasSubstr("not a certificate fingerprint"));
  EXPECT_THAT(
      refused({.url = "http://192.0.2.1", .certificate = "sha256:" + std::string(64, 'a')}).message,
      HasSubstr("a certificate needs an https URL"));
}

}  // namespace
}  // namespace switchyard::provisioner
