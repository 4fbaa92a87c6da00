#include "provisioner/bmc/server_boot.h"

#include "provisioner/bmc/installer_desk.h"

#include <gtest/gtest.h>

#include <vector>

namespace switchyard::provisioner {
namespace {

using Log = std::vector<std::string>;

class NotedBmc final : public Bmc {
 public:
  NotedBmc(Log& log, Power power) : log_(log), power_(power) {}

  Result<Power> power() override { return power_; }

  Status set_power(PowerAction action) override {
    log_.emplace_back(to_string(action));
    return {};
  }

  Status set_next_boot(BootDevice device, std::optional<BootMode>) override {
    log_.emplace_back(std::string("next boot ") + to_string(device));
    return {};
  }

  Result<BmcInventory> inventory() override { return BmcInventory{}; }

  Result<ConsoleAddress> console() override { return ConsoleAddress{}; }

 private:
  Log& log_;
  Power power_;
};

class NotedDesk final : public InstallerDesk {
 public:
  explicit NotedDesk(Log& log) : log_(log) {}

  DeskEntry entry{};
  Status answer{};

  Result<DeskEntry> read(const std::string&) override { return entry; }

  Status expect(const std::string& server, BootDevice device) override {
    log_.emplace_back(server + " expects " + to_string(device));
    return answer;
  }

  Status order_install(const std::string&, const InstallOrder& order) override {
    log_.emplace_back("install " + order.operation);
    return answer;
  }

  Status order_rescue(const std::string&, const RescueOrder& order) override {
    log_.emplace_back("rescue " + order.operation);
    return answer;
  }

  Status order_wipe(const std::string&, const std::string& operation) override {
    log_.emplace_back("wipe " + operation);
    return answer;
  }

 private:
  Log& log_;
};

class JoinedBootTest : public testing::Test {
 protected:
  std::unique_ptr<ServerBoot> boot(Power power) {
    return join("srv1", std::make_unique<NotedBmc>(log_, power), desk_);
  }

  Log log_{};
  NotedDesk desk_{log_};
};

TEST_F(JoinedBootTest, TellsThePhaseOfAServerThatHasPower) {
  desk_.entry = {.phase = "installing", .detail = "writing", .operation = "op-1", .progress = 40};
  const auto status = boot(Power::On)->read();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->phase, "installing");
  EXPECT_EQ(status->operation, "op-1");
  EXPECT_EQ(status->progress, 40);
}

TEST_F(JoinedBootTest, AServerWithoutPowerOrNotHeardOfIsOff) {
  desk_.entry.phase = "provisioning";
  EXPECT_EQ(boot(Power::Off)->read()->phase, "off");
  desk_.entry.phase.clear();
  EXPECT_EQ(boot(Power::On)->read()->phase, "off");
}

TEST_F(JoinedBootTest, PreparesTheDeskBeforeTheBootDeviceIsSet) {
  ASSERT_TRUE(boot(Power::Off)->set_next_boot(BootDevice::Network));
  EXPECT_EQ(log_, (Log{"srv1 expects network", "next boot network"}));
}

TEST_F(JoinedBootTest, SetsNoBootDeviceWhenTheDeskIsNotReady) {
  desk_.answer = failure(Errc::Unavailable, "no database");
  EXPECT_FALSE(boot(Power::Off)->set_next_boot(BootDevice::Network));
  EXPECT_EQ(log_, Log{"srv1 expects network"});
}

TEST_F(JoinedBootTest, SwitchesOffWithoutAskingTheSystem) {
  ASSERT_TRUE(boot(Power::On)->set_power(Power::Off));
  EXPECT_EQ(log_, Log{"force-off"});
}

TEST_F(JoinedBootTest, HandsOrdersToTheDesk) {
  ASSERT_TRUE(boot(Power::On)->start_install({.operation = "op-1"}));
  ASSERT_TRUE(boot(Power::On)->start_wipe("op-2"));
  ASSERT_TRUE(boot(Power::On)->start_rescue({.operation = "op-3"}));
  EXPECT_EQ(log_, (Log{"install op-1", "wipe op-2", "rescue op-3"}));
}

TEST_F(JoinedBootTest, ARealBmcNeedsADesk) {
  const BmcAccess access{.server = "srv1", .type = "redfish", .url = "https://192.0.2.1"};
  EXPECT_TRUE(make_server_boot(access, &desk_));
  const auto without = make_server_boot(access);
  ASSERT_FALSE(without);
  EXPECT_EQ(without.error().message,
            "server srv1: its BMC is of type redfish, and this service has no installer for real "
            "servers yet");
  EXPECT_TRUE(
      make_server_boot({.server = "srv1", .type = "simulated", .url = "http://127.0.0.1:1"}));
}

}  // namespace
}  // namespace switchyard::provisioner
