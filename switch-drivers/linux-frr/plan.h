// From the state a port has to the state it should have: what to type, in the order that never
// leaves a session without its filter nor an open port half made. Pure.
#pragma once

#include "switch-drivers/frr/frr_plan.h"
#include "switch-drivers/linux-frr/exchange.h"
#include "switch-drivers/linux-frr/state.h"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace switchyard::switch_drivers::linux_frr {

using frr::FrrCommand;
using frr::remove_objects;
using frr::render_frr;

struct PortPlan {
  std::string port{};
  bool through_shut{};                   // a change of mode: closed first, opened last
  std::vector<std::string> close{};      // ip
  std::vector<FrrCommand> frr_remove{};  // neighbours first, then their filters
  std::vector<std::string> ip{};
  std::vector<std::string> bridge{};
  std::vector<std::string> settings{};
  std::vector<std::string> tc{};
  std::vector<FrrCommand> frr_add{};   // filters first, then neighbours
  std::vector<std::string> open{};     // ip
  std::vector<BgpPeer> soft_clears{};  // sessions that may hear more than before: asked again
  std::vector<BgpPeer> resets{};  // whose policy changed otherwise: nothing learnt before it stays
  [[nodiscard]] bool empty() const;
};

struct PlanContext {
  FrrLines shared_present{};     // shared objects on the switch
  std::uint16_t default_pvid{};  // what the bridge gives a new member by itself
  std::string quarantine{};      // the VRF where subinterfaces are deleted
  bool tidy_shared{true};        // take foreign lines out of shared objects that the port uses
};

[[nodiscard]] PortPlan plan_port(const PortState& from, const PortState& to,
                                 const PlanContext& context);

// Keys of the shared objects that a port made so uses. One that is only about to be made may itself
// need one that is there.
[[nodiscard]] std::set<std::string> needs_of(const PortState& wished);
// Takes away the objects nobody needs who needs only `needs` (keys).
[[nodiscard]] PortPlan plan_leftovers(const SharedObjects& objects,
                                      const std::set<std::string>& needs);

// All ports' plans as one change: each phase once for all of them.
struct Phases {
  std::string frr_remove{}, close{}, ip{}, bridge{}, tc{}, frr_add{}, open{};
  std::vector<std::string> settings{};
  std::vector<BgpPeer> soft_clears{}, resets{};
};

[[nodiscard]] Phases merge(const std::vector<PortPlan>& plans);
// The phases before the opening, and the opening, as commands; empty phases are left out.
[[nodiscard]] std::vector<Command> closed_commands(const Phases& phases);
[[nodiscard]] std::vector<Command> opening_commands(const Phases& phases);
// What makes a changed policy hold for live sessions; after the two.
[[nodiscard]] std::vector<Command> clearing_commands(const Phases& phases);

// All three, as a change sends them but for the dead man's handle.
[[nodiscard]] std::vector<Command> body_commands(const Phases& phases);

// The kernel's half of plan_port; frr/frr_plan.h has the other.
void plan_kernel(PortPlan& plan, const PortState& from, const PortState& to,
                 const PlanContext& context);

}  // namespace switchyard::switch_drivers::linux_frr
