// A counted gate that lets waiters in in the order they came. Unlike a mutex or SQLite's own busy
// polling (max wait 3.8 s measured at 8 writers, facts/ecosystem.md 1.4) nobody is overtaken.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <list>
#include <mutex>

namespace switchyard::db {

// Thread-safe. Every enter() that answered true is followed by one leave().
class FairGate {
 public:
  explicit FairGate(std::size_t places) : free_(places) {}

  // False when no place became free before the deadline.
  [[nodiscard]] bool enter(std::chrono::steady_clock::time_point deadline);
  void leave();
  [[nodiscard]] std::size_t waiting() const;

 private:
  struct Waiter {
    std::condition_variable called{};
    bool in{};
  };

  mutable std::mutex mutex_{};
  std::size_t free_;
  std::list<Waiter*> queue_{};
};

// Leaves the gate when it goes out of scope.
class GatePass {
 public:
  explicit GatePass(FairGate& gate) : gate_(&gate) {}

  ~GatePass() { gate_->leave(); }

  GatePass(const GatePass&) = delete;
  GatePass& operator=(const GatePass&) = delete;

 private:
  FairGate* gate_;
};

}  // namespace switchyard::db
