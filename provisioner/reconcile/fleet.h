// All reconcilers of this controller: one thread a switch, started and ended as the inventory
// changes.
#pragma once

#include "provisioner/reconcile/switch_worker.h"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace switchyard::provisioner {

// Owns its threads; the destructor stops and joins them.
class Fleet {
 public:
  explicit Fleet(ReconcileContext context);
  ~Fleet();
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  // Begins the end without waiting for it.
  void request_stop();

 private:
  void watch_inventory(const std::stop_token& stop);
  void start_missing(const std::vector<std::string>& names);

  ReconcileContext context_;
  std::mutex mutex_{};  // guards threads_ while the watcher lives
  std::map<std::string, std::jthread> threads_{};
  std::jthread watcher_{};
};

inline const std::string kInventoryTopic = "inventory";

}  // namespace switchyard::provisioner
