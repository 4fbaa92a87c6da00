#include "provisioner/bmc/console_logs.h"

#include "provisioner/bmc/console_text.h"
#include "provisioner/bmc/pause.h"

#include <algorithm>
#include <atomic>

namespace switchyard::provisioner {

using Instant = std::chrono::steady_clock::time_point;

struct ConsoleLogs::Watched {
  mutable std::mutex mutex{};  // guards the three below
  std::string bytes{};
  bool was_cut{};
  std::string problem{};
  Instant until{};                      // under ConsoleLogs::mutex_
  std::atomic<bool> is_over{true};      // its thread has ended, or has not begun
  std::atomic<bool> is_useless{false};  // it will not be better the next time
  std::jthread thread{};                // last: joined before the rest goes

  void keep(std::string_view heard) {
    const std::lock_guard lock(mutex);
    problem.clear();
    bytes += heard;
    if (bytes.size() <= kConsoleBytes) return;
    bytes.erase(0, bytes.size() - kConsoleBytes);
    was_cut = true;
  }

  void read(const std::stop_token& stop, const FollowConsole& follow) {
    while (!stop.stop_requested() && !is_useless) {
      const Status ended = follow(stop, [this](std::string_view heard) { keep(heard); });
      if (!ended) {
        const std::lock_guard lock(mutex);
        problem = ended.error().message;
        is_useless = ended.error().code == Errc::NotFound || ended.error().code == Errc::Invalid;
      }
      if (!is_useless) (void)pause(kAgain, Instant::max(), stop);
    }
    is_over = true;
  }
};

ConsoleLogs::ConsoleLogs() : reaper_([this](const std::stop_token& stop) { look_after(stop); }) {}

ConsoleLogs::~ConsoleLogs() {
  reaper_.request_stop();
  reaper_.join();
  for (const auto& [server, one] : watched_)
    one->thread.request_stop();  // all of them before the first is waited for
}

void ConsoleLogs::look_after(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    (void)pause(kAgain, Instant::max(), stop);
    const std::lock_guard lock(mutex_);
    for (const auto& [server, one] : watched_)
      if (one->until < std::chrono::steady_clock::now()) one->thread.request_stop();
    std::erase_if(ending_, [](const auto& one) { return one->is_over.load(); });
  }
}

void ConsoleLogs::begin(Watched& one, const FollowConsole& follow) {
  one.is_over = false;
  one.thread =
      std::jthread([&one, follow](const std::stop_token& stop) { one.read(stop, follow); });
}

void ConsoleLogs::watch(const std::string& server, const FollowConsole& follow) {
  const std::lock_guard lock(mutex_);
  auto& one = watched_[server];
  if (!one) one = std::make_shared<Watched>();
  one->until = std::chrono::steady_clock::now() + kPatience;
  if (!one->is_over || one->is_useless) return;
  const auto reading = static_cast<std::size_t>(std::ranges::count_if(
      watched_, [](const auto& other) { return !other.second->is_over.load(); }));
  if (reading + ending_.size() < kMost) return begin(*one, follow);
  const std::lock_guard its(one->mutex);
  one->problem = std::to_string(kMost) + " other consoles are read already";
}

ConsoleSeen ConsoleLogs::seen(const std::string& server) const {
  const std::lock_guard lock(mutex_);
  const auto found = watched_.find(server);
  if (found == watched_.end()) return {};
  const Watched& one = *found->second;
  const std::lock_guard its(one.mutex);
  return {.text = console_text(one.bytes, one.was_cut ? Beginning::Cut : Beginning::Whole),
          .problem = one.problem};
}

void ConsoleLogs::end(const std::string& server) {
  const std::lock_guard lock(mutex_);
  const auto found = watched_.find(server);
  if (found == watched_.end()) return;
  found->second->thread.request_stop();
  ending_.push_back(std::move(found->second));
  watched_.erase(found);
}

}  // namespace switchyard::provisioner
