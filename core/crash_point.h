// Places where a crash test may end the process as if the power had failed. In production they cost
// one comparison: nothing happens unless the environment says SWITCHYARD_CRASH_AT=N, then the Nth
// place that is passed is the last thing this process does (SIGKILL, no destructor runs). With
// SWITCHYARD_CRASH_COUNT=FILE the names of the places are written there instead, one a line.
#pragma once

namespace switchyard {

// `place` is a string literal: "before commit", "after apply". Thread-safe.
void crash_point(const char* place);

}  // namespace switchyard
