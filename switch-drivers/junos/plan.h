// From the statements a port has to those it should have: what to say of which objects. Pure.
#pragma once

#include "switch-drivers/driver.h"
#include "switch-drivers/junos/wish.h"

#include <string>
#include <string_view>
#include <vector>

namespace switchyard::switch_drivers::junos {

// A change of mode, and one that ends open and begins closed: see change.h.
[[nodiscard]] bool goes_through_shut(const PortState& from, const PortState& to);

// Objects that differ, each as a whole. Of shared ones only those that `to` needs: what nobody
// needs any more goes when a change is settled.
[[nodiscard]] Edits edits_between(const PortState& from, const PortState& to);

// The mark of a change that is not settled.
void add_mark(Edits& edits, std::string_view port, std::string_view change_id);
void remove_mark(Edits& edits, std::string_view port);

// One line a statement, in the order of the statements. `all` is looked at for what is deactivated
// above the port's objects, which no statement of theirs tells.
[[nodiscard]] std::vector<Difference> difference(const PortState& wished, const PortState& observed,
                                                 const Statements& all);

}  // namespace switchyard::switch_drivers::junos
