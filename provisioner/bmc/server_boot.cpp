#include "provisioner/bmc/server_boot.h"

#include "provisioner/bmc/installer_desk.h"
#include "provisioner/bmc/simulated_boot.h"

namespace switchyard::provisioner {
namespace {

class JoinedBoot final : public ServerBoot {
 public:
  JoinedBoot(std::string server, std::unique_ptr<Bmc> bmc, InstallerDesk& desk)
      : server_(std::move(server)), bmc_(std::move(bmc)), desk_(desk) {}

  Result<BootStatus> read() override {
    const auto power = bmc_->power();
    if (!power) return tl::unexpected(power.error());
    auto entry = desk_.read(server_);
    if (!entry) return tl::unexpected(entry.error());
    if (*power == Power::Off || entry->phase.empty()) entry->phase = "off";
    return BootStatus{.power = *power,
                      .phase = std::move(entry->phase),
                      .detail = std::move(entry->detail),
                      .operation = std::move(entry->operation),
                      .progress = entry->progress,
                      .address = std::move(entry->address),
                      .host_key = std::move(entry->host_key),
                      .quiet = entry->quiet};
  }

  Status set_power(Power power) override {
    return bmc_->set_power(power == Power::On ? PowerAction::On : PowerAction::ForceOff);
  }

  // The desk first: a server that is faster than we are must meet it prepared.
  Status set_next_boot(BootDevice device) override {
    const Status expected = desk_.expect(server_, device);
    return expected ? bmc_->set_next_boot(device, std::nullopt) : expected;
  }

  Status start_install(const InstallOrder& order) override {
    return desk_.order_install(server_, order);
  }

  Status start_wipe(const std::string& operation) override {
    return desk_.order_wipe(server_, operation);
  }

  Status start_rescue(const RescueOrder& order) override {
    return desk_.order_rescue(server_, order);
  }

 private:
  std::string server_;
  std::unique_ptr<Bmc> bmc_;
  InstallerDesk& desk_;
};

}  // namespace

std::unique_ptr<ServerBoot> join(const std::string& server, std::unique_ptr<Bmc> bmc,
                                 InstallerDesk& desk) {
  return std::make_unique<JoinedBoot>(server, std::move(bmc), desk);
}

Status check_bmc_access(const BmcAccess& access) {
  if (access.type == "simulated") return make_simulated_boot(access).map([](const auto&) {});
  return make_bmc(access).map([](const auto&) {});
}

Result<std::unique_ptr<ServerBoot>> make_server_boot(const BmcAccess& access, InstallerDesk* desk) {
  if (access.type == "simulated") return make_simulated_boot(access);
  auto bmc = make_bmc(access);
  if (!bmc) return tl::unexpected(bmc.error());
  if (desk == nullptr)
    return failure(Errc::Invalid, "server " + access.server + ": its BMC is of type " +
                                      access.type +
                                      ", and this service has no installer for real servers yet");
  return join(access.server, std::move(*bmc), *desk);
}

}  // namespace switchyard::provisioner
