// Lines -> lines: what to type into a configuration session, in the safe order of design.md 2.
// Pure.
#pragma once

#include "switch-drivers/arista-eos/port_lines.h"

#include <span>
#include <string>
#include <vector>

namespace switchyard::switch_drivers::arista_eos {

struct PortPlan {
  // Of one session. A change of mode leaves the port shut.
  std::vector<std::string> session{};
  // Typed outside of the session once what it made has been read back.
  std::vector<std::string> open{};
  // The mode or the subinterfaces change: what is saved meanwhile must be a closed port.
  bool through_shut{};
};

// `now` has more than the port: shared policy that is there is not sent again.
[[nodiscard]] PortPlan plan_port(const std::string& port, const PortLines& before,
                                 const PortLines& after, const Config& now);

// Removes shared objects nobody refers to once `now` has become what the changes make of it.
struct LinesChange {
  const PortLines* before{};
  const PortLines* after{};
};

[[nodiscard]] std::vector<std::string> plan_unused(const Config& now,
                                                   std::span<const LinesChange> changes);

[[nodiscard]] std::vector<std::string> shut_lines(const std::string& port);
[[nodiscard]] std::vector<std::string> open_lines(const std::string& port);

// What apply() would type into its session and after it, without a switch (registry.h). Pure.
[[nodiscard]] std::string describe_change(const SwitchContext& context,
                                          std::span<const IntentChange> ports);

}  // namespace switchyard::switch_drivers::arista_eos
