// Tells the service how far a task is, from a thread of its own: at most every 500 ms, at least
// every 5 s (a heartbeat), and once more when it ends, so that no line of the log is lost.
#pragma once

#include "core/result.h"
#include "pxe/installer/messages.h"
#include "pxe/installer/service_client.h"

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace switchyard::pxe::installer {

// Thread-safe.
class Reporter {
 public:
  Reporter(ServiceClient client, std::string operation, Phase first);
  Reporter(const Reporter&) = delete;
  Reporter& operator=(const Reporter&) = delete;
  ~Reporter();

  // Never waits for the network. Conflict when the service said that the task is cancelled. A
  // report that got lost is no failure.
  [[nodiscard]] Status report(Phase phase, std::uint64_t percent, const std::string& detail);

  // One line for the operation's log and for the console; cut at 1 KiB, printable ASCII only.
  void log(const std::string& text);

 private:
  void tell(std::stop_token stop);
  void send_all();

  ServiceClient client_;
  std::mutex mutex_{};
  std::condition_variable_any changed_{};
  Progress now_{};  // its log holds what was not sent yet
  bool fresh_{true};
  bool cancelled_{};
  std::jthread teller_;  // the last member: it uses all the others
};

}  // namespace switchyard::pxe::installer
