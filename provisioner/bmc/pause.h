// A wait between two looks at a device.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace switchyard::provisioner {

// False at once when the pause would last beyond `until`, and early when `stop` is requested.
[[nodiscard]] inline bool pause(std::chrono::milliseconds length,
                                std::chrono::steady_clock::time_point until,
                                const std::stop_token& stop) {
  const auto end = std::chrono::steady_clock::now() + length;
  if (end >= until) return false;
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_until(lock, stop, end, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace switchyard::provisioner
