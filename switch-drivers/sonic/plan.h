// From the state a port has to the state it should have, as the steps SONiC demands. Pure.
//
// To routed                                   Back
//   close the port, wait for the kernel         neighbours, then their filters
//   filters, neighbours (each shut down)        close the port, wait
//   leave the VLAN; wait for the ASIC           subinterfaces away; wait for kernel and ASIC
//   subinterfaces in their VRFs; wait           what FRR keeps of them
//   -- read back --                             join the VLAN; wait
//   neighbours on                               -- read back --
//   open the port                               open the port
//
// The neighbours go before the port is closed for the reason linux-frr has: FRR before 8.5 crashes
// over one whose link is down. A step whose command fails ends the change: what waits for the ASIC
// fails when it waited in vain, and nothing may overtake it.
#pragma once

#include "switch-drivers/frr/frr_plan.h"
#include "switch-drivers/sonic/wish.h"
#include "switch-drivers/transport/shell.h"

#include <string>
#include <vector>

namespace switchyard::switch_drivers::sonic {

struct Step {
  Command command{};
  ConfigDb after{};  // the port's rows once it is done; what SONiC's models must accept
};

struct PortPlan {
  std::string port{};
  bool through_shut{};             // a change of mode: closed first, opened last
  std::vector<Step> steps{};       // up to the reading back
  std::vector<Step> last_steps{};  // only when that shows what it should

  [[nodiscard]] bool empty() const { return steps.empty() && last_steps.empty(); }
};

// Rows that take the place of others are removed first: there is never a moment with a subinterface
// and a VLAN membership of one port, which SONiC's models would let pass. A subinterface never
// changes its VRF, because SONiC cannot: it is removed and made again.
[[nodiscard]] PortPlan plan_port(const PortState& from, const PortState& to,
                                 const frr::FrrLines& shared_present);

}  // namespace switchyard::switch_drivers::sonic
