// Clocks for tests and simulators: one that only moves when told to, one that runs faster than
// time.
#pragma once

#include "core/clock.h"

#include <chrono>
#include <mutex>

namespace switchyard::fakes {

// Stands still until advance(). Thread-safe.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(Timestamp start = Timestamp{std::chrono::seconds{1'800'000'000}})
      : now_(start) {}

  [[nodiscard]] Timestamp now() const override {
    const std::lock_guard lock(mutex_);
    return now_;
  }

  [[nodiscard]] std::chrono::steady_clock::time_point steady() const override {
    const std::lock_guard lock(mutex_);
    return steady_;
  }

  // Both times move together, as they do when nobody sets the wall clock.
  void advance(std::chrono::microseconds by) {
    const std::lock_guard lock(mutex_);
    now_ += by;
    steady_ += by;
  }

  // The wall clock is set; steady time does not notice.
  void jump_wall_clock(std::chrono::microseconds by) {
    const std::lock_guard lock(mutex_);
    now_ += by;
  }

 private:
  mutable std::mutex mutex_{};
  Timestamp now_{};
  // Not zero: code that subtracts a duration from "now" must not fall below the epoch.
  std::chrono::steady_clock::time_point steady_{std::chrono::hours{24}};
};

// Real time multiplied: an install of 40 s takes 1 s at speed 40. Thread-safe.
class ScaledClock final : public Clock {
 public:
  explicit ScaledClock(double speed) : speed_(speed) {}

  [[nodiscard]] Timestamp now() const override {
    return start_ + std::chrono::duration_cast<std::chrono::microseconds>(elapsed());
  }

  [[nodiscard]] std::chrono::steady_clock::time_point steady() const override {
    return steady_start_ + elapsed();
  }

 private:
  [[nodiscard]] std::chrono::nanoseconds elapsed() const {
    const std::chrono::duration<double, std::nano> real =
        std::chrono::steady_clock::now() - steady_start_;
    return std::chrono::nanoseconds{static_cast<long long>(real.count() * speed_)};
  }

  double speed_{1};
  std::chrono::steady_clock::time_point steady_start_{std::chrono::steady_clock::now()};
  Timestamp start_{SystemClock{}.now()};
};

}  // namespace switchyard::fakes
