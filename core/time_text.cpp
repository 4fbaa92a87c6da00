#include "core/time_text.h"

#include <fmt/chrono.h>

#include <chrono>
#include <ctime>

namespace switchyard {

std::string rfc3339(Timestamp at) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(at);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z",
                     fmt::gmtime(static_cast<std::time_t>(whole.time_since_epoch().count())),
                     (at - whole).count());
}

}  // namespace switchyard
