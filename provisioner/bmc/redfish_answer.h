// What a Redfish service answers, as values (DSP0266 and the schemas of DSP2046). Everything here
// is pure: bytes of a stranger in, Result out. Texts are cut to 256 characters and stripped of
// control characters; paths are only accepted below /redfish/v1, so that an answer cannot send us
// elsewhere.
#pragma once

#include "core/net.h"
#include "core/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::provisioner::redfish {

constexpr std::size_t kMaxMembers = 256;  // of a collection that we look at

struct ServiceRoot {
  std::string systems{};   // path of the collection
  std::string sessions{};  // path to POST logins to; empty: there is none
  std::string vendor{};    // as it says, or the key of its Oem object
};

// Unknown: null (a BMC that has just started) or a word that is not in the schema.
enum class PowerState { Off, On, PoweringOn, PoweringOff, Unknown };

// Boot of a ComputerSystem. Empty: not there.
struct BootOverride {
  std::string target{};                // None, Pxe, Hdd, …
  std::string enabled{};               // Disabled, Once, Continuous
  std::string mode{};                  // UEFI, Legacy
  std::vector<std::string> targets{};  // allowable
  std::vector<std::string> modes{};    // allowable
};

struct System {
  std::string path{};
  PowerState power{PowerState::Unknown};
  BootOverride boot{};
  std::string reset_path{};                // of Actions/ComputerSystem.Reset
  std::vector<std::string> reset_types{};  // allowable; empty: not said
  std::string reset_info_path{};           // @Redfish.ActionInfo, where they may be said instead
  std::string nics_path{};                 // EthernetInterfaces
  std::string manager_path{};
  std::string manufacturer{};
  std::string model{};
  std::string serial{};
  std::string uuid{};
  std::string bios_version{};
  std::uint64_t memory_bytes{};
  unsigned cpus{};
  std::uint16_t ssh_console_port{};  // SerialConsole of the system; 0: none
  std::uint16_t ipmi_console_port{};
};

[[nodiscard]] Result<ServiceRoot> parse_service_root(std::string_view text);
// The paths of its members, in order; too many are Invalid.
[[nodiscard]] Result<std::vector<std::string>> parse_collection(std::string_view text);
[[nodiscard]] Result<System> parse_system(std::string_view text);
// Allowable values of ResetType of an ActionInfo resource.
[[nodiscard]] Result<std::vector<std::string>> parse_reset_info(std::string_view text);
// The permanent MAC address of an EthernetInterface, otherwise the present one; nothing when it has
// none yet (a NIC that was never up on some BMCs).
[[nodiscard]] Result<std::optional<MacAddress>> parse_nic(std::string_view text);
// Protocols of a Manager's SerialConsole: "SSH", "IPMI", "Telnet".
[[nodiscard]] Result<std::vector<std::string>> parse_manager_console(std::string_view text);
// The reason of a refusal, for people: its extended messages, otherwise the message, otherwise
// nothing.
[[nodiscard]] std::string parse_refusal(std::string_view text);
// "/redfish/v1/…" of a Location header or @odata.id, with or without scheme and host; nullopt
// otherwise.
[[nodiscard]] std::optional<std::string> as_path(std::string_view text);

}  // namespace switchyard::provisioner::redfish
