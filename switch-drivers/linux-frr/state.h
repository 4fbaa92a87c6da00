// What a switch of this kind shows, as values: the whole switch as read, and one port cut out of
// it. A PortState is also how a wish is expressed, so comparing and planning need only this one
// type.
#pragma once

#include "core/result.h"
#include "switch-drivers/driver.h"
#include "switch-drivers/frr/frr_config.h"

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace switchyard::switch_drivers::linux_frr {

using frr::FrrConfig;
using frr::FrrLine;
using frr::FrrLines;
using frr::SharedObjects;

// One tc filter of a device, in tc's own words: "ip_proto tcp dst_port 179".
struct Filter {
  bool leaving{};  // at the egress: what goes out to the server; else at the ingress
  unsigned preference{};
  unsigned handle{};
  std::string protocol{};  // "ip", "ipv6", "arp", "802.1Q", "802.1ad", "LLDP", "all"
  std::string kind{"flower"};
  std::string match{};
  std::string action{};  // "pass", "drop"
  friend auto operator<=>(const Filter&, const Filter&) = default;
};

using Filters = std::set<Filter>;

// By device. Never null, and shared: an observation is cut into many pieces.
using FiltersOf = std::map<std::string, std::shared_ptr<const Filters>>;

struct VlanMembership {
  bool pvid{};
  bool untagged{};
  friend bool operator==(const VlanMembership&, const VlanMembership&) = default;
};

using Vlans = std::map<std::uint16_t, VlanMembership>;

struct BridgePort {
  Vlans vlans{};
  bool isolated{};
  bool guard{};
  friend bool operator==(const BridgePort&, const BridgePort&) = default;
};

// A network device as `ip -d address` shows it.
struct Link {
  std::string name{};
  std::string parent{};  // of a VLAN device
  std::string kind{};    // "vlan", "vrf", "bridge", … ; "" for a front-panel port
  std::string master{};
  std::string alias{};
  std::vector<std::string> addresses{};  // "192.0.2.1/24"; link-local ones are left out
  std::uint32_t mtu{};
  std::uint32_t max_mtu{};
  std::uint32_t table{};         // of a VRF
  std::uint16_t tag{};           // of a VLAN device
  std::uint16_t default_pvid{};  // of a bridge
  bool up{};
  bool vlan_filtering{};  // of a bridge
  friend bool operator==(const Link&, const Link&) = default;
};

struct SubInterface {
  std::string name{};
  std::uint16_t tag{};
  std::string master{};
  std::uint32_t mtu{};
  bool up{};
  std::vector<std::string> addresses{};
  std::map<std::string, std::string> settings{};  // sysctl, net/ipv6/conf/NAME/KEY -> value
  Filters filters{};
  friend bool operator==(const SubInterface&, const SubInterface&) = default;
};

struct PortState {
  std::string port{};
  bool exists{};
  bool up{};
  std::string master{};
  std::string alias{};
  std::uint32_t mtu{};
  std::vector<std::string> addresses{};
  std::optional<BridgePort> bridge{};  // set when the master is a bridge
  Filters filters{};
  std::map<std::string, SubInterface> subinterfaces{};
  FrrLines frr{};                     // lines about this port
  FrrLines frr_shared{};              // lines of the shared objects those need
  FrrLines saved_frr{};               // both of them, as saved
  std::set<std::string> dead_ends{};  // "vrf-prv v4": VRFs whose unreachable default is there
  std::optional<std::string> snippet{};
};

using Files = std::map<std::string, std::string>;  // path -> text

// What one observation gathers.
struct SwitchState {
  std::map<std::string, Link> links{};
  std::map<std::string, BridgePort> bridge_ports{};
  FiltersOf filters{};
  std::map<std::string, std::string> settings{};
  std::set<std::string> dead_ends{};
  std::shared_ptr<const FrrConfig> running{std::make_shared<const FrrConfig>()};  // never null
  std::shared_ptr<const FrrConfig> saved{running};                                // never null
  std::shared_ptr<const Files> snippets{std::make_shared<const Files>()};         // never null
};

// What this port is on the switch.
[[nodiscard]] PortState port_state(const SwitchState& observed, const std::string& port);

// The settings of a subinterface that the driver owns, as sysctl keys.
[[nodiscard]] std::vector<std::string> setting_keys(const std::string& subinterface);

}  // namespace switchyard::switch_drivers::linux_frr
