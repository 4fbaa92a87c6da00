// One request at a time to a BMC, and a pause between two: BMCs are slow computers that stop
// answering after a burst (facts/peers.md: omni#785).
#pragma once

#include "core/result.h"

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <utility>

namespace switchyard::provisioner {

// The gate of one BMC. Thread-safe.
class BmcGate {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  // The right to talk to the BMC until it is destroyed.
  class Turn {
   public:
    explicit Turn(BmcGate& gate) : gate_(&gate) {}

    ~Turn();

    Turn(Turn&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}

    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    Turn& operator=(Turn&&) = delete;

   private:
    BmcGate* gate_;
  };

  explicit BmcGate(std::chrono::milliseconds spacing) : spacing_(spacing) {}

  // Waits for its turn. TimedOut at `until`, Unavailable when `stop` is requested. The gate must
  // outlive the turn.
  [[nodiscard]] Result<Turn> enter(Instant until, const std::stop_token& stop);

  // True for the first caller only: something to say once a BMC.
  [[nodiscard]] bool first_warning();

 private:
  std::mutex mutex_{};
  std::condition_variable_any changed_{};
  std::chrono::milliseconds spacing_;
  bool busy_{};
  bool warned_{};
  Instant free_from_{};
};

// The gates of all BMCs of this process, by what their URL has before the path. Thread-safe. A gate
// is kept for good: there are as many as BMCs in the inventory.
class BmcGates {
 public:
  static constexpr std::chrono::milliseconds kSpacing{50};

  explicit BmcGates(std::chrono::milliseconds spacing = kSpacing) : spacing_(spacing) {}

  [[nodiscard]] std::shared_ptr<BmcGate> of(const std::string& origin);

 private:
  std::mutex mutex_{};
  std::chrono::milliseconds spacing_;
  std::map<std::string, std::shared_ptr<BmcGate>> gates_{};
};

}  // namespace switchyard::provisioner
