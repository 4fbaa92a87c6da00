// Stores leases in batches and then sends what waited for them: while one batch commits, the next
// one gathers. Internal to pxe/dhcp.
#pragma once

#include "pxe/dhcp/lease_store.h"
#include "pxe/dhcp/link.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace switchyard::pxe::dhcp {

// An acknowledgement that waits for its lease to be durable.
struct Pending {
  Link* link{};
  Lease lease{};
  std::optional<Reply> reply{};
  std::vector<Sighting> seen{};
};

// Thread-safe. One thread of its own; what is still waiting at destruction is stored first.
class Writer {
 public:
  // `written` gets every batch with how its commit ended, on the writer's thread.
  using Written = std::function<void(std::vector<Pending>&, const Status&)>;
  Writer(LeaseStore& store, Written written);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // False when too many wait already: the client will ask again.
  [[nodiscard]] bool add(std::vector<Pending>&& pending);

 private:
  void run();
  bool take(std::vector<Pending>& batch);

  LeaseStore& store_;
  Written written_;
  std::mutex mutex_{};
  std::condition_variable wake_{};
  std::deque<Pending> waiting_{};
  bool stopped_{};
  std::thread thread_;
};

}  // namespace switchyard::pxe::dhcp
