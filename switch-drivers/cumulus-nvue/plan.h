// From the leaves a port has to those it should have: what to say. Pure.
#pragma once

#include "switch-drivers/cumulus-nvue/wish.h"
#include "switch-drivers/driver.h"

#include <set>
#include <string>
#include <vector>

namespace switchyard::switch_drivers::cumulus_nvue {

// A PATCH of NVUE sets or unsets, never both: the order inside of one is not defined. So edits are
// two of them, and what is unset goes first.
struct Edits {
  Leaves set{};
  std::set<Path> unset{};

  [[nodiscard]] bool empty() const { return set.empty() && unset.empty(); }
};

void add_edits(Edits& into, const Edits& more);

// A change of mode or of membership, and one that ends open and begins closed.
[[nodiscard]] bool goes_through_shut(const PortState& from, const PortState& to);

// Leaves that differ. Of shared objects only those that `to` needs: what nobody needs any more goes
// when a change is settled.
[[nodiscard]] Edits edits_between(const PortState& from, const PortState& to);
// Nothing but the port going down.
[[nodiscard]] Edits closing_edits(const PortState& from);

// One line a leaf, in the order of the leaves.
[[nodiscard]] std::vector<Difference> difference(const PortState& wished,
                                                 const PortState& observed);

}  // namespace switchyard::switch_drivers::cumulus_nvue
