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
  watcher_.request_stop();
  watcher_.join();
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
    for (const std::string& name : names.value_or(std::vector<std::string>{})) {
      if (threads_.contains(name)) continue;
      threads_.emplace(name, std::jthread([this, name](const std::stop_token& ended) {
                         SwitchWorker(context_, name).run(ended);
                       }));
    }
    context_.wakeup.wait(kInventoryTopic, seen, 5s, stop);
  }
}

}  // namespace switchyard::provisioner
