// Times as text, as logs, events, records and the API write them.
#pragma once

#include "core/clock.h"

#include <string>

namespace switchyard {

// RFC 3339 in UTC with microseconds: "2026-11-25T15:14:03.000001Z".
[[nodiscard]] std::string rfc3339(Timestamp at);

}  // namespace switchyard
