// Starts a program: what core/process.h and others who talk to one have in common.
#pragma once

#include "core/process.h"

#include <sys/types.h>

namespace switchyard {

// Descriptors of ours that become the program's; -1: it has /dev/null there.
struct StandardStreams {
  int in{-1};
  int out{-1};
  int err{-1};
};

// Looked up in PATH; a process group of its own, no signal blocked or ignored, and no descriptor of
// ours beside these. Answers an errno, 0 when `pid` runs. Thread-safe.
[[nodiscard]] int spawn(pid_t& pid, const Command& command, const StandardStreams& streams);

}  // namespace switchyard
