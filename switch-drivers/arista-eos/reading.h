// JSON that EOS shows -> values. All Invalid when it is not what it should be.
#pragma once

#include "switch-drivers/driver.h"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace switchyard::switch_drivers::arista_eos {

struct ConfigSessions {
  std::string timer{};              // the one whose commit waits for its confirmation; "": none
  std::vector<std::string> ours{};  // our others that are open
};

[[nodiscard]] Result<ConfigSessions> parse_sessions(std::string_view json);

struct BgpPeer {
  std::string peer{};  // as EOS names it: "fe80::1%Et5.101"
  std::string state{};
  std::uint32_t remote_asn{};
  std::chrono::milliseconds established_for{};
};

// By VRF and subinterface with its long name; peers with an address only are left out.
[[nodiscard]] Result<std::map<std::pair<std::string, std::string>, BgpPeer>> parse_bgp_summary(
    std::string_view json);

[[nodiscard]] Result<std::vector<Prefix>> parse_routes(std::string_view json, std::string_view vrf);

// What was received and not accepted, by family and kind; only what is not 0.
[[nodiscard]] std::vector<RefusedCount> refused(const std::vector<Prefix>& received,
                                                const std::vector<Prefix>& accepted);

struct SwitchIdentity {
  std::string version{};
  std::string boot{};  // serial number and time of boot
};

[[nodiscard]] Result<SwitchIdentity> parse_version(std::string_view json);
[[nodiscard]] Result<std::string> parse_hostname(std::string_view json);

}  // namespace switchyard::switch_drivers::arista_eos
