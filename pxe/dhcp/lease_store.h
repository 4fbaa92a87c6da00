// Where leases survive a restart. What is acknowledged to a client was stored before.
#pragma once

#include "core/db/migrations.h"
#include "core/db/pool.h"
#include "pxe/dhcp/lease.h"

#include <map>
#include <mutex>
#include <span>
#include <vector>

namespace switchyard::pxe::dhcp {

// Called by one thread at a time.
class LeaseStore {
 public:
  virtual ~LeaseStore() = default;
  [[nodiscard]] virtual Result<std::vector<Lease>> load() = 0;
  // All of them or none, durable when it returns. A lease replaces what its address had; of several
  // for one address the last one stays.
  [[nodiscard]] virtual Status commit(std::span<const Lease> leases) = 0;
};

// For tests, and for laboratories that need no memory. Thread-safe.
class MemoryLeaseStore final : public LeaseStore {
 public:
  [[nodiscard]] Result<std::vector<Lease>> load() override;
  [[nodiscard]] Status commit(std::span<const Lease> leases) override;

 private:
  std::mutex mutex_{};
  std::map<Ipv4, Lease> leases_{};
};

// The table dhcp_leases of the service's database; one transaction a batch. The pool must outlive
// it.
class DatabaseLeaseStore final : public LeaseStore {
 public:
  explicit DatabaseLeaseStore(db::Pool& pool) : pool_(&pool) {}

  // Unavailable when the database cannot be reached, Invalid when a row is not a lease.
  [[nodiscard]] Result<std::vector<Lease>> load() override;
  [[nodiscard]] Status commit(std::span<const Lease> leases) override;

 private:
  db::Pool* pool_;
};

// The tables of this room: migrations 400 to 449.
[[nodiscard]] std::span<const db::Migration> migrations();

}  // namespace switchyard::pxe::dhcp
