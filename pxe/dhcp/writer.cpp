#include "pxe/dhcp/writer.h"

#include <pthread.h>

#include <algorithm>
#include <iterator>

namespace switchyard::pxe::dhcp {
namespace {

// Some seconds of work: what is older has been asked for again by then.
constexpr std::size_t kMostWaiting = 20'000;

// Small enough that the acknowledgements of a batch do not flood a relay, which may police what
// goes to its processor; larger when much waits, so that a slow disk does not set the rate.
constexpr std::size_t kBatch = 64, kShareOfWaiting = 8;

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

// Waits for work. False: stopped, and nothing is owed.
bool Writer::take(std::vector<Pending>& batch) {
  batch.clear();
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return stopped_ || !waiting_.empty(); });
  const std::size_t most = std::max(kBatch, waiting_.size() / kShareOfWaiting);
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(most, waiting_.size()));
  batch.insert(batch.end(), std::make_move_iterator(waiting_.begin()),
               std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  return !batch.empty();
}

void Writer::run() {
  ::pthread_setname_np(::pthread_self(), "dhcp-leases");
  std::vector<Pending> batch;
  std::vector<Lease> leases;
  while (take(batch)) {
    leases.clear();
    for (const Pending& pending : batch)
      leases.push_back(pending.lease);
    written_(batch, store_.commit(leases));
  }
}

}  // namespace switchyard::pxe::dhcp
