// A time as people read it in a message. Internal to ipam.
#pragma once

#include "core/clock.h"

#include <fmt/chrono.h>

#include <string>

namespace switchyard::ipam {

[[nodiscard]] inline std::string to_rfc3339(
    Timestamp at) {  // to the second: "2026-11-21T03:00:00Z"
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(at)));
}

}  // namespace switchyard::ipam
