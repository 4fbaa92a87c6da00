#include "provisioner/reconcile/fleet.h"

#include "core/db/transaction.h"
#include "core/log.h"
#include "provisioner/store/switches.h"

namespace switchyard::provisioner {

using namespace std::chrono_literals;

Fleet::Fleet(ReconcileContext context) : context_(std::move(context)) {
  watcher_ = std::jthread([this](const std::stop_token& stop) { watch_inventory(stop); });
}

Fleet::~Fleet() {
  request_stop();
  watcher_.join();
  request_stop();  // of those the watcher was about to start
}

void Fleet::request_stop() {
  watcher_.request_stop();
  const std::lock_guard lock(mutex_);
  for (auto& [name, thread] : threads_)
    thread.request_stop();
}

void Fleet::watch_inventory(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const std::uint64_t seen = context_.wakeup.count(kInventoryTopic);
    const auto names = db::read(context_.pool, "list switches",
                                [](db::Session& session) -> Result<std::vector<std::string>> {
                                  return list_switch_names(session);
                                });
    if (!names) log::error("cannot list switches", {{"error", names.error().message}});
    start_missing(names.value_or(std::vector<std::string>{}));
    context_.wakeup.wait(kInventoryTopic, seen, 5s, stop);
  }
}

void Fleet::start_missing(const std::vector<std::string>& names) {
  const std::lock_guard lock(mutex_);
  for (const std::string& name : names) {
    if (threads_.contains(name)) continue;
    threads_.emplace(name, std::jthread([this, name](const std::stop_token& ended) {
                       SwitchWorker(context_, name).run(ended);
                     }));
  }
}

}  // namespace switchyard::provisioner
