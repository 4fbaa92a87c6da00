#include "provisioner/wakeup.h"

namespace switchyard::provisioner {

Wakeup::Topic& Wakeup::topic(const std::string& name) {
  const std::lock_guard lock(mutex_);
  std::unique_ptr<Topic>& found = topics_[name];
  if (!found) found = std::make_unique<Topic>();
  return *found;
}

void Wakeup::poke(const std::string& name) {
  Topic& poked = topic(name);
  {
    const std::lock_guard lock(poked.mutex);
    ++poked.count;
  }
  poked.changed.notify_all();
}

std::uint64_t Wakeup::count(const std::string& name) {
  Topic& asked = topic(name);
  const std::lock_guard lock(asked.mutex);
  return asked.count;
}

void Wakeup::wait(const std::string& name, std::uint64_t seen, std::chrono::milliseconds timeout,
                  std::stop_token stop) {
  Topic& waited = topic(name);
  std::unique_lock lock(waited.mutex);
  waited.changed.wait_for(lock, stop, timeout, [&] { return waited.count > seen; });
}

}  // namespace switchyard::provisioner
