// The leases in memory: what answer() reads. The database is behind it (lease_store.h).
#pragma once

#include "pxe/dhcp/lease.h"
#include "pxe/dhcp/settings.h"

#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace switchyard::pxe::dhcp {

// Not thread-safe. Every operation is O(log n) or better, whatever the size of the pool.
class LeaseTable {
 public:
  explicit LeaseTable(const std::vector<Segment>& segments);

  // The lease of an address, free and declined ones too; nothing when it was never given.
  [[nodiscard]] const Lease* find(Ipv4 address) const;
  // The lease a holder has in the subnet of `segment`, in whatever state but Declined.
  [[nodiscard]] const Lease* find_held(const std::string& holder, const Segment& segment) const;

  // Whether `holder` may have this address: in the pool, and nobody else's at `now`.
  [[nodiscard]] bool is_available(Ipv4 address, const std::string& holder, const Segment& segment,
                                  Timestamp now) const;
  // An address nobody ever had, else the one whose lease ended first. Nothing: the pool is full.
  [[nodiscard]] std::optional<Ipv4> find_free(const Segment& segment, Timestamp now) const;

  // How many addresses rest because `holder` declined them.
  [[nodiscard]] std::size_t count_declined(const std::string& holder, Timestamp now) const;

  // Puts the lease in the place of what its address had.
  void put(const Lease& lease);

  [[nodiscard]] std::size_t size() const { return leases_.size(); }

  [[nodiscard]] std::vector<Lease> list() const;

 private:
  // Which of a pool's addresses may be given next.
  struct Pool {
    Ipv4 first{};
    Ipv4 last{};
    std::uint32_t never_given{};  // no address of the pool from here on has a lease
    std::set<std::pair<Timestamp, std::uint32_t>> by_end{};
  };

  [[nodiscard]] Pool* pool_of(Ipv4 address);
  void forget(const Lease& lease);

  std::vector<Pool> pools_{};
  std::unordered_map<std::uint32_t, Lease> leases_{};
  using Holders = std::unordered_multimap<std::string, std::uint32_t>;

  [[nodiscard]] Holders& holders_of(LeaseState state) {
    return state == LeaseState::Declined ? declined_by_ : by_holder_;
  }

  Holders by_holder_{};
  Holders declined_by_{};
};

}  // namespace switchyard::pxe::dhcp
