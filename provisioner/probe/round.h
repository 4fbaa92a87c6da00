// One round of probes as one shell command of a vantage point, and what its answer says. Pure.
// Nothing else is ever sent there but check_line().
#pragma once

#include "provisioner/probe/probe_target.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::provisioner {

// Probes that wait for their answers at the same time.
inline constexpr std::size_t kTogether = 64;
// An answer that takes longer is none. Within one site a round trip takes less than a hundredth of
// that; the rest is for a vantage point or a server that is busy with something else (with 0.5 s
// such a one was seen to lose what had only waited for its CPU). A round of 256 silent routes ends
// after 4 s.
inline constexpr std::string_view kPatience = "1";

struct Probe {
  std::string device{};  // empty: as the machine's own table says
  IpAddress address{};
  int bytes{};
};

// Echo requests of iputils' ping that may not be fragmented, one each, kTogether at a time; and the
// next hops of the route that each took. Nothing of it outlives kPatience.
[[nodiscard]] std::string round_line(std::span<const Probe> probes);
// As many answers as probes, in their order; Unknown: the vantage point said nothing of this one,
// or that it cannot probe.
[[nodiscard]] std::vector<ProbeAnswer> parse_round(std::string_view output, std::size_t probes);

// Whether the machine can probe at all: its output is empty then, and else says what is missing.
[[nodiscard]] std::string check_line(std::span<const std::string> devices);

}  // namespace switchyard::provisioner
