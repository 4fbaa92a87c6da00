// Ports on their way from one state to another, through shut where design.md 2 demands it.
//
// A commit of Junos is one step for its configuration, but the daemons that make ports, bridges and
// sessions of it each take their part when they come to it: nothing says which is first. So a
// change of mode is three commits: close the port and see that it is down; make it, closed, what it
// shall be and read that back; open it. The first two are prepare(), the last is one with the
// changes within a mode, which need no other.
#pragma once

#include "switch-drivers/junos/candidate.h"
#include "switch-drivers/junos/plan.h"

#include <chrono>
#include <map>
#include <optional>
#include <string>

namespace switchyard::switch_drivers::junos {

struct PortChange {
  PortState from{};  // as it is now
  PortState to{};
  std::optional<Error> refused{};  // it stays as it is
  bool through_shut{};
};

using PortChanges = std::map<std::string, PortChange>;  // by port

[[nodiscard]] PortChange change_between(PortState from, PortState to);

// How what is not settled is held.
struct Handle {
  std::string change_id{};            // for the marks; "": they stay as they are
  std::chrono::seconds undo_after{};  // of each commit
};

// Brings the ports that go through shut there, and `view` up to date. One that reads back wrong is
// refused, and closed.
[[nodiscard]] Status prepare(Candidate& candidate, PortChanges& changes, View& view,
                             const Handle& handle);

}  // namespace switchyard::switch_drivers::junos
