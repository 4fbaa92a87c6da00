#include "core/db/fair_gate.h"

namespace switchyard::db {

bool FairGate::enter(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock{mutex_};
  if (free_ > 0 && queue_.empty()) {
    --free_;
    return true;
  }
  Waiter self;
  const auto place = queue_.insert(queue_.end(), &self);
  if (self.called.wait_until(lock, deadline, [&] { return self.in; })) return true;
  queue_.erase(place);
  return false;
}

void FairGate::leave() {
  const std::lock_guard lock{mutex_};
  if (queue_.empty()) {
    ++free_;
    return;
  }
  // The place goes straight to the eldest waiter, so that a newcomer cannot take it in between.
  Waiter* next = queue_.front();
  queue_.pop_front();
  next->in = true;
  next->called.notify_one();
}

std::size_t FairGate::waiting() const {
  const std::lock_guard lock{mutex_};
  return queue_.size();
}

}  // namespace switchyard::db
