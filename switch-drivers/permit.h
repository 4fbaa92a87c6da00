// Whether its holder may talk to a switch at this moment.
#pragma once

#include "core/clock.h"

#include <atomic>

namespace switchyard::switch_drivers {

// The reconciler that drives a switch extends it with its lease; the transport looks at it before
// every byte it sends and in every wait. So one who was stopped for longer than its lease, in the
// middle of an exchange, says nothing more when it wakes up, and one who is asked to end does not
// wait for a switch that hangs. Thread-safe.
class Permit {
 public:
  explicit Permit(const Clock& clock) : clock_(clock) {}

  void extend(std::chrono::steady_clock::time_point until) {
    until_ = until.time_since_epoch().count();
  }

  void withdraw() {
    until_ = std::chrono::steady_clock::time_point::min().time_since_epoch().count();
  }

  // For good.
  void stop() { is_stopped_ = true; }

  [[nodiscard]] bool is_stopped() const { return is_stopped_; }

  [[nodiscard]] bool holds() const {
    return !is_stopped_ && clock_.steady().time_since_epoch().count() < until_;
  }

 private:
  const Clock& clock_;
  std::atomic<std::chrono::steady_clock::rep> until_{
      std::chrono::steady_clock::time_point::min().time_since_epoch().count()};
  std::atomic<bool> is_stopped_{false};
};

}  // namespace switchyard::switch_drivers
