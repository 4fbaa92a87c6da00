// The small thread pool that a Site answers on, with a bounded queue before it.
#pragma once

#include "pxe/http/message.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace switchyard::pxe::http {

// Thread-safe.
class SiteThreads {
 public:
  using Done = std::function<void(Answer)>;

  // `site` null: 404 for everything.
  SiteThreads(Site* site, int threads, std::size_t queue);
  ~SiteThreads();
  SiteThreads(const SiteThreads&) = delete;
  SiteThreads& operator=(const SiteThreads&) = delete;

  // `done` is called exactly once, on a thread of the pool or at once.
  void ask(std::shared_ptr<const Request> request, Done done);
  // What is said instead of an answer that took too long. Any thread; does not block.
  [[nodiscard]] Answer late(const Request& request) const;
  // Answers what waits with 503, joins the threads. Idempotent.
  void stop();

 private:
  struct Job {
    std::shared_ptr<const Request> request{};
    Done done{};
  };

  // The next job, or one without a request when it is time to end. Waits.
  [[nodiscard]] Job next();
  void work();
  [[nodiscard]] Answer answer(const Request& request) const;

  Site* site_;
  const std::size_t most_;
  std::mutex mutex_{};
  std::condition_variable news_{};
  std::deque<Job> queue_{};
  bool stopping_{false};
  std::vector<std::thread> threads_{};
};

}  // namespace switchyard::pxe::http
