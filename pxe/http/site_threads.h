// The threads that ask the Site, so that none of the network's ever waits for a database.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace switchyard::pxe::http {

// Thread-safe.
class SiteThreads {
 public:
  SiteThreads(int threads, std::size_t most_waiting);
  ~SiteThreads();
  SiteThreads(const SiteThreads&) = delete;
  SiteThreads& operator=(const SiteThreads&) = delete;

  // `work` must not throw. False: too many wait already, or it is over.
  [[nodiscard]] bool submit(std::function<void()> work);
  // Forgets what waits, ends when what runs has ended. Idempotent.
  void stop();

 private:
  void run();

  const std::size_t most_waiting_;
  std::mutex mutex_{};
  std::condition_variable changed_{};
  std::deque<std::function<void()>> waiting_{};
  bool over_{false};
  std::vector<std::thread> threads_{};
};

}  // namespace switchyard::pxe::http
