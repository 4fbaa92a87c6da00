// Reads the switch: which commands, and what their answers amount to.
#pragma once

#include "switch-drivers/linux-frr/kernel_reading.h"
#include "switch-drivers/linux-frr/state.h"
#include "switch-drivers/linux-frr/undo_record.h"
#include "switch-drivers/transport/shell.h"

#include <chrono>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace switchyard::switch_drivers::linux_frr {

struct Observation {
  SwitchState state{};
  std::string armed{};           // the answer to read_armed(), for parse_armed()
  std::vector<Answer> before{};  // to the commands that were sent ahead of the reading
};

// What the answers of the readings before this one meant. Not thread-safe.
struct ReadingMemo {
  LinkMemo links{};
  BridgePortMemo bridge_ports{};
  FilterMemo filters{};
  Memo<std::shared_ptr<const Files>> files{};
  Memo<Result<std::shared_ptr<const FrrConfig>>> configs{};
};

// Not thread-safe, like the shell it uses. Remembers which subinterfaces the ports had, so that one
// exchange is enough the next time, and what it has read, so that only what changed is parsed.
class Observer {
 public:
  Observer(Shell& shell, std::chrono::milliseconds deadline) : shell_(shell), deadline_(deadline) {}

  // Sends `before`, reads, sends `after`; all in one exchange when the ports' subinterfaces are
  // known. `expected` are subinterfaces that may be there: those of the wishes.
  [[nodiscard]] Result<Observation> observe(const std::vector<std::string>& ports,
                                            const std::vector<std::string>& expected,
                                            std::vector<Command> before = {},
                                            const std::vector<Command>& after = {});

 private:
  [[nodiscard]] Status read_rest(Observation& observed, const std::set<std::string>& asked,
                                 const std::vector<std::string>& ports);

  Shell& shell_;
  std::chrono::milliseconds deadline_;
  std::set<std::string> known_{};  // subinterfaces seen or made
  ReadingMemo memo_{};
};

}  // namespace switchyard::switch_drivers::linux_frr
