#include "pxe/http/site_threads.h"

#include "core/log.h"

#include <exception>

namespace switchyard::pxe::http {

SiteThreads::SiteThreads(Site* site, int threads, std::size_t queue) : site_(site), most_(queue) {
  for (int i = 0; i < threads; ++i)
    threads_.emplace_back([this] { work(); });
}

SiteThreads::~SiteThreads() { stop(); }

void SiteThreads::ask(std::shared_ptr<const Request> request, Done done) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_ && queue_.size() < most_) {
      queue_.push_back({std::move(request), std::move(done)});
      news_.notify_one();
      return;
    }
  }
  done(error_answer(503, "too many requests at the moment"));
}

SiteThreads::Job SiteThreads::next() {
  std::unique_lock lock(mutex_);
  news_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
  if (queue_.empty()) return {};
  Job job = std::move(queue_.front());
  queue_.pop_front();
  return job;
}

void SiteThreads::work() {
  for (Job job = next(); job.request; job = next())
    job.done(answer(*job.request));
}

Answer SiteThreads::answer(const Request& request) const {
  if (site_ == nullptr) return error_answer(404, "there is nothing here");
  try {
    return site_->answer(request);
  } catch (const std::exception& thrown) {
    log::error("boot site threw", {{"path", request.path}, {"error", thrown.what()}});
    return error_answer(500, "an error of the boot service");
  }
}

Answer SiteThreads::late(const Request& request) const {
  return site_ == nullptr ? error_answer(404, "there is nothing here") : site_->late(request);
}

void SiteThreads::stop() {
  std::deque<Job> left;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    left.swap(queue_);
    news_.notify_all();
  }
  for (const Job& job : left)
    job.done(error_answer(503, "the boot service is stopping"));
  for (auto& thread : threads_)
    thread.join();
  threads_.clear();
}

}  // namespace switchyard::pxe::http
