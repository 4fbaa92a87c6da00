// The dead man's handle of one change on a switch with a shell: what is in force is taken back when
// nobody keeps it, whatever becomes of us. Every command of it; pure. PORT-FILE is the port name
// with '/' written as '@', CHANGE is ApplyOptions::change_id.
//
// The handle is a constant shell script, stored as /run/switchyard/CHANGE/deadman (tmpfs: a reboot
// forgets it, and what is saved meanwhile is a closed port) and called as
// `sh /run/switchyard/CHANGE/deadman VERB …`. A missing file is status 2 or 127.
//   arm SECONDS    start the timer that will `fire`; creates the file `armed`
//   run COMMAND…   97 when not armed, else runs COMMAND (its standard input and status); a status
//                  that is not 0 creates the file `failed`
//   open COMMAND…  96 when not armed or `failed` exists, else runs COMMAND
//   step PORT-FILE COMMAND…  as run, for switches whose ports fail one by one: 97 when not armed,
//                  96 when P.failed exists, which a status that is not 0 creates
//   keep PORT-FILE   P.undo becomes P.kept; 0 also when it was kept before; else 1
//   undo PORT-FILE   P.undo becomes P.undone and is run; 0 also when run again; 1 when there is
//                  none
//   saved PORT-FILE  if P.kept exists: what P.conf says is made what the port comes back as
//   sweep          removes what other changes that were cut off before they were armed have left
//   done           when no P.undo is left: stops the timer, removes the directory
//   fire           (timer only) renames the directory away, runs every P.undo, saves
// P.undo is a shell script, run in the directory of the change.
#pragma once

#include "switch-drivers/transport/shell.h"

#include <chrono>
#include <string>
#include <string_view>

namespace switchyard::switch_drivers::handle {

// What of the script is the NOS's: shell text.
struct DeadmanNos {
  std::string_view saved{};  // the body of `saved`, "$2" being PORT-FILE; its status counts
  std::string_view fired{};  // a command after the undoing
};

[[nodiscard]] std::string deadman_script(const DeadmanNos& nos);

[[nodiscard]] std::string port_file(std::string_view port);
[[nodiscard]] std::string change_path(std::string_view change, std::string_view name);

// --- Files only, nothing in force changes.
[[nodiscard]] Command store(const std::string& path, std::string text);  // cat >PATH
[[nodiscard]] Command store_deadman(std::string_view change, const DeadmanNos& nos);
[[nodiscard]] Command store_undo(std::string_view change, std::string_view port, std::string text);
// cp …/OLDER/P.undo …/CHANGE/P.undo: what OLDER would have put back, CHANGE will.
[[nodiscard]] Command inherit_undo(std::string_view change, std::string_view older,
                                   std::string_view port);
[[nodiscard]] Command store_final(std::string_view change, std::string_view port,
                                  std::string text);  // cat >…/P.conf

// --- The verbs.
[[nodiscard]] Command arm(std::string_view change, std::chrono::seconds undo_after);
[[nodiscard]] Command guarded(std::string_view change, Command command);  // run
[[nodiscard]] Command opening(std::string_view change, Command command);  // open
[[nodiscard]] Command step(std::string_view change, std::string_view port, Command command);
[[nodiscard]] Command keep(std::string_view change, std::string_view port);
[[nodiscard]] Command undo(std::string_view change, std::string_view port);
[[nodiscard]] Command save_port(std::string_view change, std::string_view port);  // saved
[[nodiscard]] Command sweep(std::string_view change);
[[nodiscard]] Command finish(std::string_view change);  // done

// --- Reading.
// Which ports have a change under way: the '#' lines of every P.undo, as "path:line".
// grep -sH '^# ' /run/switchyard/*/*.undo
[[nodiscard]] Command read_armed();
[[nodiscard]] Command read_kept(std::string_view change, std::string_view port);  // cat …/P.kept
[[nodiscard]] Command read_undone(std::string_view change,
                                  std::string_view port);  // cat …/P.undone

// One command as a line of a P.undo script, with its input as a here-document that ends at a line
// SWY-IN.
[[nodiscard]] std::string as_script(const Command& command);

}  // namespace switchyard::switch_drivers::handle
