// All vantage points this controller drives: one thread each, started as the inventory names them.
#pragma once

#include "provisioner/probe/vantage_worker.h"
#include "provisioner/reconcile/crew.h"

namespace switchyard::provisioner {

// Owns its threads; the destructor stops and joins them.
class Lookouts {
 public:
  explicit Lookouts(ProbeContext context);

  // Begins the end without waiting for it.
  void request_stop() { crew_.request_stop(); }

 private:
  ProbeContext context_;
  Crew crew_;  // after context_, which its threads use
};

}  // namespace switchyard::provisioner
