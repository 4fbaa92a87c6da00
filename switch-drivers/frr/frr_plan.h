// From the FRR lines a port has to those it should have: what to type, in the order that never
// leaves a session without its filter. Pure, and the same for every NOS whose routing is FRR.
#pragma once

#include "core/net.h"
#include "switch-drivers/frr/frr_config.h"

#include <set>
#include <string>
#include <vector>

namespace switchyard::switch_drivers::frr {

// One configuration line and where it is typed.
struct FrrCommand {
  Text block{};
  Text family{};
  Text text{};  // empty: entering the block is all
  friend bool operator==(const FrrCommand&, const FrrCommand&) = default;
};

// A session, with the names FRR has for its parts.
struct BgpPeer {
  VrfName vrf{};
  std::string interface {};  // swp1.101
};

struct FrrPlan {
  std::vector<FrrCommand> remove{};    // neighbours first, then their filters
  std::vector<FrrCommand> add{};       // "no interface …" of what went; filters, then neighbours
  std::vector<BgpPeer> soft_clears{};  // sessions that may hear more than before: asked again
  std::vector<BgpPeer> resets{};  // whose policy changed otherwise: nothing learnt before it stays
};

struct FrrPlanContext {
  const FrrLines& shared_present;  // shared objects on the switch
  bool through_shut{};     // the port is closed meanwhile, so no session lives through the change
  bool tidy_shared{true};  // take foreign lines out of shared objects that the port uses
};

// The lines of one port, seen where they are kept.
struct FrrView {
  const FrrLines& own;
  const FrrLines& shared;
};

[[nodiscard]] FrrPlan plan_frr(const FrrView& from, const FrrView& to,
                               const FrrPlanContext& context);

// Objects as unused_objects() names them.
[[nodiscard]] std::vector<FrrCommand> remove_objects(const std::set<std::string>& objects);

// Lines for `vtysh -f`, entering and leaving blocks as needed.
[[nodiscard]] std::string render_frr(const std::vector<FrrCommand>& commands);

}  // namespace switchyard::switch_drivers::frr
