// EOS configuration as a set of lines, each with the sections it stands in, so that two
// configurations can be compared whatever their order. Names of our objects in it:
//   SWY-P-PORT.TAG   prefix lists (IPv4 and IPv6) of one port and VRF: the inbound filter
//   SWY-N-PORT.TAG   peer group of the one neighbour on a subinterface
//   SWY-…            everything else is shared policy, named after a hash of its content, so that
//   it
//                    is never edited while somebody uses it
#pragma once

#include "core/result.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::switch_drivers::arista_eos {

// From the outermost section to the line itself:
// {"router bgp 65001", "vrf vrf-prv", "neighbor SWY-N-Ethernet5.101 timers 3 9"}.
using Line = std::vector<std::string>;
// A section is a line of its own, before all that stands in it.
using Config = std::set<Line>;

// `show running-config`, `show startup-config` or a file of either. Remarks are left out. Invalid:
// larger than 64 MiB, deeper than 8 sections, or no configuration of EOS (it ends with "end").
[[nodiscard]] Result<Config> parse_config(std::string_view text);

[[nodiscard]] std::string to_text(const Line& line);  // "router bgp 65001 / vrf vrf-prv / …"

// What is there of `section` and all in it.
[[nodiscard]] Config section(const Config& config, const Line& section);

// Names of the ports (no subinterfaces), in the order of the set.
[[nodiscard]] std::vector<std::string> ports_of(const Config& config);

}  // namespace switchyard::switch_drivers::arista_eos
