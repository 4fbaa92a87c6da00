// Plays a recording (recording.h) back to the drivers of this program: would they say the same to
// the switch, and make the same of its answers?
#pragma once

#include "core/result.h"

#include <string>
#include <vector>

namespace switchyard::switch_drivers {

struct ReplayReport {
  int sessions{};
  int calls{};
  int exchanges{};
  std::vector<std::string> differences{};  // "FILE:LINE: …", for people
};

// Nothing is connected to. NotFound: there is no such file. Invalid: a line is no part of a
// recording; what was cut off at the end is left out.
[[nodiscard]] Result<ReplayReport> replay(const std::string& file);

}  // namespace switchyard::switch_drivers
