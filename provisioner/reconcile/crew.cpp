#include "provisioner/reconcile/crew.h"

#include "core/db/transaction.h"
#include "core/log.h"

namespace switchyard::provisioner {

using namespace std::chrono_literals;

Crew::Crew(db::Pool& pool, Wakeup& wakeup, CrewWork work)
    : pool_(pool), wakeup_(wakeup), work_(std::move(work)) {
  watcher_ = std::jthread([this](const std::stop_token& stop) { watch_inventory(stop); });
}

Crew::~Crew() {
  request_stop();
  watcher_.join();
  request_stop();  // of those the watcher was about to start
}

void Crew::request_stop() {
  watcher_.request_stop();
  const std::lock_guard lock(mutex_);
  for (auto& [name, thread] : threads_)
    thread.request_stop();
}

void Crew::watch_inventory(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const std::uint64_t seen = wakeup_.count(kInventoryTopic);
    const auto names = db::read(pool_, "list " + work_.what,
                                [&](db::Session& session) -> Result<std::vector<std::string>> {
                                  return work_.list(session);
                                });
    if (!names) log::error("cannot list " + work_.what, {{"error", names.error().message}});
    start_missing(names.value_or(std::vector<std::string>{}));
    wakeup_.wait(kInventoryTopic, seen, 5s, stop);
  }
}

void Crew::start_missing(const std::vector<std::string>& names) {
  const std::lock_guard lock(mutex_);
  for (const std::string& name : names) {
    if (threads_.contains(name)) continue;
    threads_.emplace(name, std::jthread([this, name](const std::stop_token& ended) {
                       work_.work(name, ended);
                     }));
  }
}

}  // namespace switchyard::provisioner
