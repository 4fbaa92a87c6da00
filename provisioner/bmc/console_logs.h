// The end of what the serial consoles of servers at work printed, in memory, for the case that the
// work fails.
#pragma once

#include "core/result.h"
#include "provisioner/bmc/console_follow.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace switchyard::provisioner {

// Reads one console until it ends or is stopped.
using FollowConsole = std::function<Status(const std::stop_token& stop, const Heard& heard)>;

struct ConsoleSeen {
  std::string text{};     // console_text() of the last kConsoleBytes
  std::string problem{};  // why it is not (or no longer) read
};

inline constexpr std::size_t kConsoleBytes = 64U << 10U;

// Thread-safe. One thread a console that is read, at most kMost of them, and one for all.
class ConsoleLogs {
 public:
  static constexpr std::size_t kMost = 32;
  // A console is read for so long after the last watch().
  static constexpr std::chrono::seconds kPatience{90};
  static constexpr std::chrono::seconds kAgain{10};  // after a console has ended by itself

  ConsoleLogs();
  ~ConsoleLogs();  // ends all
  ConsoleLogs(const ConsoleLogs&) = delete;
  ConsoleLogs& operator=(const ConsoleLogs&) = delete;

  // Reads the console of this server from now on, or goes on with it. Does not wait for anything.
  void watch(const std::string& server, const FollowConsole& follow);
  // What was read so far; empty when it is not watched.
  [[nodiscard]] ConsoleSeen seen(const std::string& server) const;
  // Forgets it and stops reading, without waiting for the end of that.
  void end(const std::string& server);

 private:
  struct Watched;

  // Ends those nobody has asked for in a while: another controller has the work now.
  void look_after(const std::stop_token& stop);
  void begin(Watched& one, const FollowConsole& follow);

  mutable std::mutex mutex_{};  // guards both
  std::map<std::string, std::shared_ptr<Watched>> watched_{};
  std::vector<std::shared_ptr<Watched>> ending_{};
  std::jthread reaper_{};  // last: it uses the others
};

}  // namespace switchyard::provisioner
