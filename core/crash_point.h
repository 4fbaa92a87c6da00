// Places where a crash test may end the process as if the power had failed. In production they cost
// one comparison: nothing happens unless the environment says SWITCHYARD_CRASH_AT=N, then the Nth
// place that is passed is the last thing this process does (SIGKILL, no destructor runs); with
// SWITCHYARD_CRASH_PLACE=NAME only places of that name count. With SWITCHYARD_CRASH_COUNT=FILE the
// names of the places are written there instead, one a line.
#pragma once

#include <string_view>

namespace switchyard {

// Its name is "before commit", or "before commit: what" of what is in hand there. Thread-safe.
void crash_point(std::string_view place, std::string_view what = {});

}  // namespace switchyard
