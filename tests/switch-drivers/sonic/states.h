// Every CONFIG_DB state the sonic driver can leave a switch in, and the switch round it.
#pragma once

#include "switch-drivers/sonic/config_db.h"
#include "switch-drivers/sonic/plan.h"
#include "switch-drivers/sonic/wish.h"

#include <string>
#include <vector>

namespace switchyard::switch_drivers::sonic {

inline constexpr WishContext kNewImage{
    .asn = Asn{65001}, .frr_version = 1005, .link_local_only = true, .storm_control = true};
inline constexpr WishContext kOldImage{.asn = Asn{65001}, .frr_version = 802};

inline const std::string kPort = "Ethernet4";
inline const std::string kLongPort = "Ethernet100";

// One of each mode and of each variety that the contract tests know: families, number of VRFs,
// VLANs. Tags of four digits on the long port.
[[nodiscard]] std::vector<PortIntent> all_intents(const std::string& port);
[[nodiscard]] PortIntent routed(const std::string& port);
// The VRFs of the two subinterfaces changed round.
[[nodiscard]] PortIntent routed_elsewhere(const std::string& port);

[[nodiscard]] PortState wish(const PortIntent& intent, const WishContext& context = kNewImage);
// What somebody did by hand to a port made so.
[[nodiscard]] std::vector<PortState> drifted_states(const std::string& port);

struct Change {
  std::string name{};
  PortState from{};
  PortState to{};
  PortPlan plan{};
};

// Each pair of all of the above, both images, both ports.
[[nodiscard]] std::vector<Change> all_changes();
// The rows before the change and after each of its steps.
[[nodiscard]] std::vector<ConfigDb> states_of(const Change& change);

// The tables the rows of a port refer to: ports, VLANs, VRFs, the kind of device.
[[nodiscard]] ConfigDb base_config();
// base_config() with these rows.
[[nodiscard]] ConfigDb on_a_switch(const ConfigDb& rows);

// "PORT|Ethernet4 admin_status=down mtu=1500", a row a line.
[[nodiscard]] std::string as_text(const ConfigDb& rows);

}  // namespace switchyard::switch_drivers::sonic
