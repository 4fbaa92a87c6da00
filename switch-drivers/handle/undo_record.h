// What we need to know about a change of a port, in the comments of the script that takes it back:
// any controller can settle what another one began. Pure.
#pragma once

#include "switch-drivers/handle/facts.h"
#include "switch-drivers/port_intent.h"

#include <map>
#include <string>
#include <string_view>

namespace switchyard::switch_drivers::handle {

struct UndoRecord {
  PortIntent wish{};  // what the change was for
  Facts before{};     // what the port must show again when the change is taken back
};

// The head of the script; what undoes the change follows it.
[[nodiscard]] std::string undo_head(const UndoRecord& record);
// Rejected: not a record of ours.
[[nodiscard]] Result<UndoRecord> parse_undo(std::string_view text);
// Only the wish of it, which is all that a change that is kept needs.
[[nodiscard]] Result<PortIntent> parse_undo_wish(std::string_view text);

// A change under way, as found on the switch.
struct ArmedChange {
  std::string change{};
  PortIntent wish{};
};

using ArmedChanges = std::map<std::string, ArmedChange>;  // by port

// The answer to read_armed(). Lines that are no record of ours are passed over.
[[nodiscard]] ArmedChanges parse_armed(std::string_view output);

// `grep -sH '' FILE…`: "path:line"
[[nodiscard]] std::map<std::string, std::string> parse_files(std::string_view output);
// Safe in a command line as one word: [A-Za-z0-9] and - . _ : / @ + =
[[nodiscard]] bool is_plain(std::string_view text);

}  // namespace switchyard::switch_drivers::handle
