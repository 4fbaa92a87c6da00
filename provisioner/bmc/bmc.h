// The management controller (BMC) of one server: power, what the next boot uses, what the server is
// made of, where its serial console is. Below ServerBoot, which the workflows use.
#pragma once

#include "core/net.h"
#include "core/result.h"
#include "core/secret.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace switchyard::provisioner {

class BmcGates;

enum class Power { Off, On };
enum class PowerAction { On, ForceOff, GracefulOff, Cycle };
enum class BootDevice { Network, Disk };
enum class BootMode { Bios, Uefi };

[[nodiscard]] const char* to_string(Power power);  // "on", "off"
[[nodiscard]] const char* to_string(
    PowerAction action);  // "on", "force-off", "graceful-off", "cycle"
[[nodiscard]] const char* to_string(BootDevice device);  // "network", "disk"
[[nodiscard]] const char* to_string(BootMode mode);      // "bios", "uefi"

// What the BMC says the server is made of; what it does not say is empty or 0.
struct BmcInventory {
  std::string manufacturer{};
  std::string model{};
  std::string serial{};
  std::string uuid{};
  std::string bios_version{};
  std::uint64_t memory_bytes{};
  unsigned cpus{};  // sockets
  std::vector<MacAddress> macs{};
};

// Where a person finds the serial console.
struct ConsoleAddress {
  std::string protocol{};  // "ssh", "ipmi-sol", "telnet"
  std::string host{};
  std::uint16_t port{};
};

// How long a BMC may be acted upon; afterwards every call answers Unavailable and sends nothing.
struct BootLimits {
  std::stop_token stop{};  // cuts a running call short, too
  // Before the claim of the operation ends: a controller that slept through it must not switch off
  // what another one has started since.
  std::chrono::steady_clock::time_point until{std::chrono::steady_clock::time_point::max()};
};

struct BmcTimes {
  std::chrono::milliseconds call{20'000};  // of a whole call, every exchange and reading back
  std::chrono::milliseconds look{500};     // between two looks at what a change came to
};

struct BmcAccess {
  std::string server{};  // for messages
  std::string type{};    // redfish, ipmi; simulated is no Bmc (server_boot.h)
  // redfish: https://HOST[:PORT][/redfish/v1/Systems/ID]; without a path the one system of the
  // service is meant. ipmi: ipmi://HOST[:PORT][?cipher=3].
  std::string url{};
  std::string user{};
  Secret password{};
  // How an HTTPS BMC proves itself: "sha256:" and the 64 hex digits of its certificate's
  // fingerprint; empty: a certificate of a system CA for the host of the URL.
  std::string certificate{};
  // Accepts any certificate, and a password over plain HTTP. Said in the log, once a BMC.
  bool insecure{};
  std::string ipmitool{"ipmitool"};  // the program
  BootLimits limits{};
  BmcTimes times{};
  // Shared by all that may talk to the same BMCs; nullptr: nobody else does.
  std::shared_ptr<BmcGates> gates{};
};

// Not thread-safe; several objects may speak to one BMC, their gate lets one exchange through at a
// time. Every call ends within BmcTimes::call. Errors name the server: Unavailable/TimedOut (no
// answer), Rejected (it said no), Invalid (an answer that makes no sense), NotFound.
class Bmc {
 public:
  virtual ~Bmc() = default;
  // A server on its way to a state is not there yet: powering on is Off, powering off is On.
  [[nodiscard]] virtual Result<Power> power() = 0;
  // Does nothing when it is so already. On, ForceOff and Cycle are read back: a BMC that says yes
  // and does nothing is TimedOut. GracefulOff only asks the operating system, which may take
  // minutes; look at power(). Cycle is off, read back, and on, each within BmcTimes::call.
  [[nodiscard]] virtual Status set_power(PowerAction action) = 0;
  // For the next boot only, read back; no mode leaves the firmware's mode as it is (over IPMI,
  // which always says one, it is UEFI). A mode that the BMC cannot change and that is not the
  // present one is Rejected.
  [[nodiscard]] virtual Status set_next_boot(BootDevice device, std::optional<BootMode> mode) = 0;
  [[nodiscard]] virtual Result<BmcInventory> inventory() = 0;
  [[nodiscard]] virtual Result<ConsoleAddress> console() = 0;
};

// Invalid for an unknown type, a URL that is none, a certificate that is no fingerprint, a password
// that would travel in clear without `insecure`. Does not connect yet.
[[nodiscard]] Result<std::unique_ptr<Bmc>> make_bmc(const BmcAccess& access);

}  // namespace switchyard::provisioner
