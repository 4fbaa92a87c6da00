// All reconcilers of this controller: one thread a switch, started and ended as the inventory
// changes.
#pragma once

#include "provisioner/reconcile/switch_worker.h"

#include <map>
#include <memory>
#include <string>
#include <thread>

namespace switchyard::provisioner {

// Owns its threads; the destructor stops and joins them (each ends within its driver's deadline).
class Fleet {
 public:
  explicit Fleet(ReconcileContext context);
  ~Fleet();
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

 private:
  void watch_inventory(const std::stop_token& stop);

  ReconcileContext context_;
  std::map<std::string, std::jthread> threads_{};
  std::jthread watcher_{};
};

inline const std::string kInventoryTopic = "inventory";

}  // namespace switchyard::provisioner
