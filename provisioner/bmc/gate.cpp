#include "provisioner/bmc/gate.h"

#include <algorithm>
#include <utility>

namespace switchyard::provisioner {

BmcGate::Turn::~Turn() {
  if (gate_ == nullptr) return;
  {
    const std::lock_guard lock(gate_->mutex_);
    gate_->busy_ = false;
    gate_->free_from_ = std::chrono::steady_clock::now() + gate_->spacing_;
  }
  gate_->changed_.notify_all();
}

Result<BmcGate::Turn> BmcGate::enter(Instant until, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (true) {
    const Instant now = std::chrono::steady_clock::now();
    if (stop.stop_requested()) return failure(Errc::Unavailable, "this controller ends");
    if (!busy_ && now >= free_from_) break;
    if (now >= until) return failure(Errc::TimedOut, "other requests to the BMC took too long");
    const bool taken = busy_;
    const Instant next = taken ? until : std::min(until, free_from_);
    changed_.wait_until(lock, stop, next, [&] { return taken && !busy_; });
  }
  busy_ = true;
  return Turn(*this);
}

bool BmcGate::first_warning() {
  const std::lock_guard lock(mutex_);
  return !std::exchange(warned_, true);
}

std::shared_ptr<BmcGate> BmcGates::of(const std::string& origin) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<BmcGate>& gate = gates_[origin];
  if (!gate) gate = std::make_shared<BmcGate>(spacing_);
  return gate;
}

}  // namespace switchyard::provisioner
