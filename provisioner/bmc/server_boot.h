// Power, boot and install of one server, as the workflows need it: a Bmc for power and boot device,
// and the InstallerDesk for what our installer does. The simulated server is both in one.
#pragma once

#include "core/result.h"
#include "provisioner/bmc/bmc.h"
#include "provisioner/bmc/install_order.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace switchyard::provisioner {

// What the server says of itself.
struct BootStatus {
  Power power{Power::Off};
  // off, provisioning, installing, unattended, installed, wiping, wiped, rescuing, rescue, running,
  // failed
  std::string phase{};
  std::string detail{};
  std::string operation{};  // whose install, wipe or rescue the phase is about
  int progress{};           // per cent
  std::string address{};    // in phase rescue: where it listens for ssh, and with which key
  std::string host_key{};
  // Since its last boot was ordered or it was last heard; nothing where nobody keeps account.
  std::optional<std::chrono::microseconds> quiet{};
};

class InstallerDesk;

// One server's management. Not thread-safe; every call has a total deadline of 20 s. Errors:
// Unavailable/TimedOut (no answer), Rejected (it said no), Invalid (an answer that makes no sense).
class ServerBoot {
 public:
  virtual ~ServerBoot() = default;
  [[nodiscard]] virtual Result<BootStatus> read() = 0;
  // Asks for it; whether it stays so is seen by read(). Off is at once, without asking the system.
  [[nodiscard]] virtual Status set_power(Power power) = 0;
  [[nodiscard]] virtual Status set_next_boot(BootDevice device) = 0;
  [[nodiscard]] virtual Status start_install(const InstallOrder& order) = 0;
  [[nodiscard]] virtual Status start_wipe(const std::string& operation) = 0;
  [[nodiscard]] virtual Status start_rescue(const RescueOrder& order) = 0;
};

// `bmc` and the desk as one. A server without power is in phase "off", whatever it did before; one
// that has power and has not been heard of since is, too. The desk must outlive it.
[[nodiscard]] std::unique_ptr<ServerBoot> join(const std::string& server, std::unique_ptr<Bmc> bmc,
                                               InstallerDesk& desk);

// What make_server_boot with a desk would answer. Connects to nothing.
[[nodiscard]] Status check_bmc_access(const BmcAccess& access);

// Of the type the inventory names: simulated, or a type of make_bmc with the desk. Invalid for an
// unknown type, what make_bmc refuses, or a real BMC without a desk. Does not connect yet.
[[nodiscard]] Result<std::unique_ptr<ServerBoot>> make_server_boot(const BmcAccess& access,
                                                                   InstallerDesk* desk = nullptr);

}  // namespace switchyard::provisioner
