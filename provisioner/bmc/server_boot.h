// Power, boot and install of one server, as the workflows need it. Issue B puts real BMCs, DHCP and
// an installer behind it; until then the simulated server and the lab's stand-in speak the same
// HTTP.
#pragma once

#include "core/result.h"
#include "provisioner/bmc/bmc.h"

#include <memory>
#include <string>
#include <vector>

namespace switchyard::provisioner {

// A file for the installed system, rendered for this server.
struct HostFile {
  std::string path{};
  std::string mode{"0644"};
  std::string content{};
};

struct InstallOrder {
  std::string operation{};  // makes it idempotent: the same operation is the same install
  std::string image{};
  std::string hostname{};
  std::vector<HostFile> files{};
};

// What the server says of itself.
struct BootStatus {
  Power power{Power::Off};
  std::string phase{};  // off, provisioning, installing, installed, wiping, wiped, running, failed
  std::string detail{};
  std::string operation{};  // whose install or wipe the phase is about
  int progress{};           // per cent
};

// One server's management. Not thread-safe; every call has a total deadline of 20 s. Errors:
// Unavailable/TimedOut (no answer), Rejected (it said no), Invalid (an answer that makes no sense).
class ServerBoot {
 public:
  virtual ~ServerBoot() = default;
  [[nodiscard]] virtual Result<BootStatus> read() = 0;
  // Asks for it; whether it happened is seen by read().
  [[nodiscard]] virtual Status set_power(Power power) = 0;
  [[nodiscard]] virtual Status set_next_boot(BootDevice device) = 0;
  [[nodiscard]] virtual Status start_install(const InstallOrder& order) = 0;
  [[nodiscard]] virtual Status start_wipe(const std::string& operation) = 0;
};

// Invalid for an unknown type or a URL that is none. Does not connect yet.
[[nodiscard]] Result<std::unique_ptr<ServerBoot>> make_server_boot(const BmcAccess& access);

}  // namespace switchyard::provisioner
