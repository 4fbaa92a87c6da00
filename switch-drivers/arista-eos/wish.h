// Intent -> the lines that EOS must show, as `show running-config` shows them: what is a default is
// not there ("no shutdown", "switchport", "mtu 1500").
#pragma once

#include "switch-drivers/arista-eos/config.h"
#include "switch-drivers/port_intent.h"
#include "switch-drivers/registry.h"

#include <string>

namespace switchyard::switch_drivers::arista_eos {

struct PortLines {
  Config own{};  // interface, subinterfaces, prefix lists, peer groups and neighbours of the port
  Config shared{};  // policy that other ports may use, too
  friend bool operator==(const PortLines&, const PortLines&) = default;
};

// Pure. The intent has been checked.
[[nodiscard]] PortLines wished_lines(const PortIntent& intent, const SwitchContext& context);

[[nodiscard]] std::string inbound_list(const std::string& subinterface);  // SWY-P-…
[[nodiscard]] std::string peer_group(const std::string& subinterface);    // SWY-N-…

}  // namespace switchyard::switch_drivers::arista_eos
