// All reconcilers of this controller: one thread a switch, started and ended as the inventory
// changes.
#pragma once

#include "provisioner/reconcile/crew.h"
#include "provisioner/reconcile/switch_worker.h"

namespace switchyard::provisioner {

// Owns its threads; the destructor stops and joins them.
class Fleet {
 public:
  explicit Fleet(ReconcileContext context);

  // Begins the end without waiting for it.
  void request_stop() { crew_.request_stop(); }

 private:
  ReconcileContext context_;
  Crew crew_;  // after context_, which its threads use
};

}  // namespace switchyard::provisioner
