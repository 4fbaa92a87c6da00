// The other half of ServerBoot: what runs on a server, as our installer (or the installed system's
// phone-home) reported it, and the order it is given. The service keeps it in its database; a BMC
// knows nothing of it.
#pragma once

#include "core/result.h"
#include "provisioner/bmc/bmc.h"
#include "provisioner/bmc/install_order.h"

#include <chrono>
#include <string>

namespace switchyard::provisioner {

// What was last heard from the server since the last expect().
struct DeskEntry {
  // "" (nothing yet), provisioning (our installer waits for an order), installing, unattended (a
  // distribution's own installer is at it), installed, wiping, wiped, rescuing (it is about to let
  // people in), rescue (they are let in), running (it boots its own disk), failed
  std::string phase{};
  std::string detail{};
  std::string operation{};  // whose install, wipe or rescue the phase is about
  int progress{};           // per cent
  std::string address{};    // of the RAM system, as it was lent; empty: not known
  std::string host_key{};   // of a rescue: "SHA256:…"
  // Since anything was heard, expect() included, by the database's clock.
  std::chrono::microseconds quiet{};
};

// Thread-safe; each call is one unit of work. NotFound: no such server.
class InstallerDesk {
 public:
  virtual ~InstallerDesk() = default;
  [[nodiscard]] virtual Result<DeskEntry> read(const std::string& server) = 0;
  // Said before the boot device is set: what was heard before is of an earlier boot and void; a
  // network boot is answered with our installer, any other with the server's own disk.
  [[nodiscard]] virtual Status expect(const std::string& server, BootDevice device) = 0;
  // Conflict unless the installer waits for an order; the same operation again is fine.
  [[nodiscard]] virtual Status order_install(const std::string& server,
                                             const InstallOrder& order) = 0;
  [[nodiscard]] virtual Status order_wipe(const std::string& server,
                                          const std::string& operation) = 0;
  [[nodiscard]] virtual Status order_rescue(const std::string& server,
                                            const RescueOrder& order) = 0;
};

}  // namespace switchyard::provisioner
