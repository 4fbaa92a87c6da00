// A server of the simulated site whose BMC is scripted and whose RAM system speaks to the real boot
// desk: it boots what it is told to boot and wipes the disks it has.
#pragma once

#include "core/id.h"
#include "provisioner/boot/boot_desk.h"
#include "tests/provisioner/simulated_site.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace switchyard::provisioner {

class DeskServer {
 public:
  // Takes over the site's runner: every server is this one.
  DeskServer(SimulatedSite& site, BootDesk& desk, std::string name, MacAddress mac)
      : site_(site), desk_(desk), name_(std::move(name)), mac_(mac) {
    site.runner = std::make_unique<Runner>(StepContext{
        *site.pool, site.clock, site.wakeup, site.site, site.allocator,
        [this](const ServerRecord&, const BootLimits&) -> Result<std::unique_ptr<ServerBoot>> {
          return join(name_, std::make_unique<ScriptedBmc>(*this), desk_);
        }});
  }

  // How the operation ended.
  std::string status_after(const std::string& operation) {
    EXPECT_TRUE(site_.run_until([&] {
      work();
      return site_.operation_status(operation) != "running";
    }));
    return site_.operation_status(operation);
  }

  std::vector<std::string> disks{};  // serial numbers; of 8 bytes each
  Power power{Power::Off};

 private:
  class ScriptedBmc final : public Bmc {
   public:
    explicit ScriptedBmc(DeskServer& server) : server_(server) {}

    Result<Power> power() override { return server_.power; }

    Status set_power(PowerAction action) override {
      server_.power = action == PowerAction::On ? Power::On : Power::Off;
      server_.session_.reset();
      return {};
    }

    Status set_next_boot(BootDevice, std::optional<BootMode>) override { return {}; }

    Result<BmcInventory> inventory() override { return BmcInventory{}; }

    Result<ConsoleAddress> console() override { return ConsoleAddress{}; }

   private:
    DeskServer& server_;
  };

  // What the RAM system does between two looks of the workflow.
  void work() {
    if (power != Power::On) return;
    if (!session_) return boot();
    const auto task = desk_.find_task(name_, *session_);
    if (task && *task && desk_.read(name_)->phase == "wiping") wipe(desk_.read(name_)->operation);
  }

  void boot() {
    const auto ticket = desk_.open_boot(name_);
    if (!ticket || ticket->choice != BootChoice::Installer) return;
    pxe::installer::Inspection inspection;
    for (const std::string& serial : disks)
      inspection.disks.push_back({.name = "d" + serial, .bytes = 8, .serial = serial});
    const auto opened = desk_.open_session(name_,
                                           {.token = ticket->token,
                                            .session = Secret(random_hex(32)),
                                            .mac = mac_,
                                            .inspection = inspection},
                                           KnownBy::Port);
    if (opened) session_ = opened->session;
  }

  void wipe(const std::string& operation) {
    pxe::installer::TaskResult result{.operation = operation,
                                      .outcome = pxe::installer::Outcome::Succeeded};
    for (const std::string& serial : disks)
      result.wiped.push_back({.disk = "d" + serial,
                              .serial = serial,
                              .bytes = 8,
                              .method = "overwrite",
                              .samples = 4});
    EXPECT_TRUE(desk_.note_result(name_, *session_, result));
  }

  SimulatedSite& site_;
  BootDesk& desk_;
  std::string name_;
  MacAddress mac_;
  std::optional<Secret> session_{};
};

}  // namespace switchyard::provisioner
