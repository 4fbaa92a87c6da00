// Drives the workflows: claims what is due, runs one step of it, records what follows. The only
// writer of states.
#pragma once

#include "provisioner/steps/steps.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <random>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace switchyard::db {
class Session;
}

namespace switchyard::provisioner {

class Runner {
 public:
  explicit Runner(StepContext context);
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  // Starts the threads. Without it tests call run_due() themselves.
  void start();

  // Begins the end without waiting for it.
  void request_stop();

  // Runs one step of every operation that is due now, in this thread; answers how many.
  int run_due();

 private:
  void dispatch(const std::stop_token& stop);
  void work(const std::stop_token& stop);
  bool run_one(const std::string& id);
  // What its server's console showed belongs to an operation that fails in a step which reads it.
  void keep_console_of(db::Session& session, const Job& job, const Row& row, const Advance& next,
                       Timestamp now);
  [[nodiscard]] Timestamp due_after(const Advance& advance, Timestamp now);

  std::stop_source stop_{};  // of the steps that are running
  StepContext context_;
  std::atomic<int> running_{};  // operations, as last counted
  std::mutex mutex_{};
  std::condition_variable_any queued_{};
  std::deque<std::string> queue_{};
  std::mutex random_mutex_{};
  std::minstd_rand random_;
  std::vector<std::jthread> threads_{};
};

}  // namespace switchyard::provisioner
