#include "pxe/http/wake_list.h"

namespace switchyard::pxe::http {

std::uint64_t WakeList::wakes() const {
  const std::lock_guard lock(mutex_);
  return wakes_;
}

std::uint64_t WakeList::add(const std::string& topic, std::uint64_t seen,
                            std::function<void()> woken) {
  const std::lock_guard lock(mutex_);
  if (seen != wakes_) return 0;
  waiting_.emplace(std::pair(topic, ++tickets_), std::move(woken));
  return tickets_;
}

void WakeList::remove(const std::string& topic, std::uint64_t ticket) {
  const std::lock_guard lock(mutex_);
  waiting_.erase({topic, ticket});
}

void WakeList::wake(const std::string& topic) {
  const std::lock_guard lock(mutex_);
  ++wakes_;
  for (auto entry = waiting_.lower_bound({topic, 0});
       entry != waiting_.end() && entry->first.first == topic; ++entry)
    entry->second();
}

}  // namespace switchyard::pxe::http
