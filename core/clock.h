// Time as a parameter: wall time for records, steady time for waiting.
#pragma once

#include <chrono>

namespace switchyard {

using Timestamp = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

// Thread-safe. Tests hand in tests/fakes/fake_clock.h.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Timestamp now() const = 0;
  [[nodiscard]] virtual std::chrono::steady_clock::time_point steady() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override {
    return std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now());
  }

  [[nodiscard]] std::chrono::steady_clock::time_point steady() const override {
    return std::chrono::steady_clock::now();
  }
};

// Microseconds since the epoch, as every table stores time (BIGINT, UTC).
[[nodiscard]] inline long long to_micros(Timestamp at) { return at.time_since_epoch().count(); }

[[nodiscard]] inline Timestamp from_micros(long long micros) {
  return Timestamp{std::chrono::microseconds{micros}};
}

}  // namespace switchyard
