#include "pxe/dhcp/writer.h"

#include <pthread.h>

#include <iterator>

namespace switchyard::pxe::dhcp {
namespace {

// Some seconds of work: what is older has been asked for again by then.
constexpr std::size_t kMostWaiting = 20'000;

}  // namespace

Writer::Writer(LeaseStore& store, Written written)
    : store_(store), written_(std::move(written)), thread_([this] { run(); }) {}

Writer::~Writer() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

bool Writer::add(std::vector<Pending>&& pending) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() + pending.size() > kMostWaiting) return false;
    waiting_.insert(waiting_.end(), std::make_move_iterator(pending.begin()),
                    std::make_move_iterator(pending.end()));
  }
  wake_.notify_one();
  return true;
}

void Writer::run() {
  ::pthread_setname_np(::pthread_self(), "dhcp-leases");
  std::vector<Pending> batch;
  std::vector<Lease> leases;
  while (true) {
    batch.clear();
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopped_ || !waiting_.empty(); });
      if (waiting_.empty()) return;  // stopped, and nothing is owed
      batch.swap(waiting_);
    }
    leases.clear();
    for (const Pending& pending : batch)
      leases.push_back(pending.lease);
    written_(batch, store_.commit(leases));
  }
}

}  // namespace switchyard::pxe::dhcp
