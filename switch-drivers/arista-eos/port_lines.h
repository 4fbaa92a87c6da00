// What a configuration says of one port, and where it differs from the wish. Pure.
#pragma once

#include "switch-drivers/arista-eos/wish.h"
#include "switch-drivers/driver.h"

#include <set>
#include <string>
#include <vector>

namespace switchyard::switch_drivers::arista_eos {

// The lines that are about this port: its interface as far as it is ours to say (speed, load
// interval and the like are not), its subinterfaces, whoever made them, and its BGP objects.
[[nodiscard]] Config own_lines(const Config& config, const std::string& port);

// The same, and what there is of the shared objects in `wished`.
[[nodiscard]] PortLines observed_lines(const Config& config, const std::string& port,
                                       const PortLines& wished);

// One for each line, in the order of the set.
[[nodiscard]] std::vector<Difference> differences(const PortLines& wished,
                                                  const PortLines& observed);

[[nodiscard]] bool is_shut(const Config& config, const std::string& port);

// Ports whose own lines are not the same in both.
[[nodiscard]] std::set<std::string> changed_ports(const Config& before, const Config& now);

// Sections of our shared policy (not of a port) in `config` that no line refers to.
[[nodiscard]] std::vector<Line> unused_policy(const Config& config);

}  // namespace switchyard::switch_drivers::arista_eos
