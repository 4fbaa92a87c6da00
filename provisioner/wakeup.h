// Wakes the thread that waits for something, inside one process. Only a hint: every waiter also
// looks by itself now and then, because another controller's work is only visible in the database.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

namespace switchyard::provisioner {

// Thread-safe.
class Wakeup {
 public:
  void poke(const std::string& topic);

  // How often `topic` was poked so far; read it before looking for work.
  [[nodiscard]] std::uint64_t count(const std::string& topic);

  // Waits until `topic` was poked more than `seen` times, `timeout` passed or `stop` was asked for.
  void wait(const std::string& topic, std::uint64_t seen, std::chrono::milliseconds timeout,
            std::stop_token stop = {});

 private:
  struct Topic {
    std::mutex mutex{};
    std::condition_variable_any changed{};
    std::uint64_t count{};
  };

  Topic& topic(const std::string& name);

  std::mutex mutex_{};
  std::map<std::string, std::unique_ptr<Topic>> topics_{};
};

// The topics.
inline const std::string kRunnerTopic = "runner";
inline const std::string kEventTopic = "events";

[[nodiscard]] inline std::string switch_topic(const std::string& name) { return "switch " + name; }

}  // namespace switchyard::provisioner
