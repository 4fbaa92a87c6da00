// Ports on their way from one state to another, through shut where design.md 2 demands it.
//
// NVUE checks a revision as a whole, but puts it in force in pieces: interfaces first, then FRR,
// and a port would have subinterfaces before it leaves its bridge. So a change of mode is two
// revisions: A closes the port, takes it out of everything, lays filters and neighbours that are
// shut down; B, when that reads back well, makes it what it shall be and opens it. Changes within a
// mode are in B.
#pragma once

#include "switch-drivers/cumulus-nvue/plan.h"
#include "switch-drivers/cumulus-nvue/revisions.h"

#include <chrono>
#include <map>
#include <optional>
#include <string>

namespace switchyard::switch_drivers::cumulus_nvue {

struct PortChange {
  PortState from{};  // as it is now
  PortState to{};
  std::optional<Error> refused{};  // it stays as it is, or closed
  bool through_shut{};
};

using PortChanges = std::map<std::string, PortChange>;  // by port

[[nodiscard]] PortChange change_between(PortState from, PortState to);

// Brings the ports there, and `view` up to date. Each revision is in force for `undo_after` only;
// `waiting` becomes the newest of them as soon as it is known, "" stays when nothing was sent. One
// handle: a later revision takes over that of the one before it, so all is taken back together.
[[nodiscard]] Status carry_out(Revisions& revisions, PortChanges& changes, View& view,
                               std::chrono::seconds undo_after, std::string& waiting);

}  // namespace switchyard::switch_drivers::cumulus_nvue
