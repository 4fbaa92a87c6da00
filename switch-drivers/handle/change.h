// A change of any number of ports behind the dead man's handle: what has to be true before it, and
// what is sent first. For every NOS with a shell. Pure.
#pragma once

#include "switch-drivers/driver.h"
#include "switch-drivers/handle/deadman.h"
#include "switch-drivers/handle/undo_record.h"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::switch_drivers::handle {

// A change may take the place of an older one that nobody settled, but not of itself, and not while
// the switch is busy taking that one back.
[[nodiscard]] Status check_superseded(const std::string& port,
                                      const std::optional<std::string>& superseded,
                                      const std::string& change_id);

// What an older change that nobody settled means for a new one. Its handle passes to the new one:
// whoever asks now may not know that the older one exists, and the switch would take the port back
// under its feet.
struct Takeover {
  std::optional<std::string> superseded{};  // the older change
  // The older change made the port as it is wished now: only the handle passes to the new change,
  // and with it what an undo would put back.
  bool inherits_undo{};
};

struct Seen {
  bool runs{};   // the port does what is wished
  bool saved{};  // and will after a reboot
};

// Nothing: there is nothing to do for this port.
[[nodiscard]] std::optional<Takeover> takeover(const PortIntent& intent, const Seen& seen,
                                               const ArmedChanges& armed,
                                               const std::string& change_id);

struct ArmedPort {
  std::string port{};
  Takeover older{};
  std::string undo{};        // the script; not looked at when it is inherited
  std::string final_text{};  // P.conf
};

struct Arming {
  std::vector<Command> commands{};
  std::size_t arm{};  // index of the command that must have worked for anything to have happened
};

// The handle and its files, then the timer, then older changes lose theirs. The directory of the
// change is there.
[[nodiscard]] Arming arming(const ApplyOptions& options, const DeadmanNos& nos,
                            const std::vector<ArmedPort>& ports);

// A port the switch was asked to settle and does not know.
[[nodiscard]] PortOutcome unknown_change(const std::string& port);

[[nodiscard]] std::vector<std::string> names_of(std::span<const PortIntent> ports);

}  // namespace switchyard::switch_drivers::handle
