// Who was given which IPv6 address, so that it survives a restart. The addresses themselves are
// computed (answer.h); what is kept is that they were given, and to whom.
#pragma once

#include "core/db/pool.h"
#include "pxe/dhcp/v6/answer.h"

#include <map>
#include <mutex>
#include <span>
#include <vector>

namespace switchyard::pxe::dhcp::v6 {

// Called by one thread at a time.
class HolderStore {
 public:
  virtual ~HolderStore() = default;
  [[nodiscard]] virtual Result<std::vector<Given>> load() = 0;
  // All of them or none, durable when it returns. A holder replaces the one its address had.
  [[nodiscard]] virtual Status commit(std::span<const Given> given) = 0;
};

// For tests, and for laboratories that need no memory. Thread-safe.
class MemoryHolderStore final : public HolderStore {
 public:
  [[nodiscard]] Result<std::vector<Given>> load() override;
  [[nodiscard]] Status commit(std::span<const Given> given) override;

 private:
  std::mutex mutex_{};
  std::map<Address, Holder> holders_{};
};

// The table dhcp6_holders of the service's database (migrations() of lease_store.h). The pool must
// outlive it.
class DatabaseHolderStore final : public HolderStore {
 public:
  explicit DatabaseHolderStore(db::Pool& pool) : pool_(&pool) {}

  // Unavailable when the database cannot be reached, Invalid when a row is not a holder.
  [[nodiscard]] Result<std::vector<Given>> load() override;
  [[nodiscard]] Status commit(std::span<const Given> given) override;

 private:
  db::Pool* pool_;
};

}  // namespace switchyard::pxe::dhcp::v6
