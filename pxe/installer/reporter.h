// Tells the service how far a task is, at most every 500 ms but for a change of phase.
#pragma once

#include "core/result.h"
#include "pxe/installer/messages.h"
#include "pxe/installer/service_client.h"

#include <chrono>

namespace switchyard::pxe::installer {

class Reporter {
 public:
  Reporter(ServiceClient client, std::string operation)
      : client_(std::move(client)), operation_(std::move(operation)) {}

  // Conflict when the service said that the task is cancelled. A report that got lost is no
  // failure.
  [[nodiscard]] Status report(Phase phase, std::uint64_t percent, const std::string& detail);

 private:
  ServiceClient client_;
  std::string operation_;
  Phase last_phase_{Phase::Erasing};
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace switchyard::pxe::installer
