// Passes the same sighting on at most once in a while: a client that asks every four seconds is one
// piece of news, not a thousand. Internal to pxe/dhcp.
#pragma once

#include "core/clock.h"
#include "pxe/dhcp/sightings.h"

#include <mutex>
#include <unordered_map>

namespace switchyard::pxe::dhcp {

// Thread-safe, if what is behind it is.
class Throttle {
 public:
  Throttle(Sightings& behind, const Clock& clock) : behind_(behind), clock_(clock) {}

  void note(const Sighting& sighting);

 private:
  bool is_news(const Sighting& sighting);

  Sightings& behind_;
  const Clock& clock_;
  std::mutex mutex_{};
  std::unordered_map<std::string, std::chrono::steady_clock::time_point> last_{};
};

}  // namespace switchyard::pxe::dhcp
