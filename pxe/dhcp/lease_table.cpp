#include "pxe/dhcp/lease_table.h"

#include <algorithm>

namespace switchyard::pxe::dhcp {

std::string holder_of(const PortName& port, const MacAddress& mac) {
  return port.port.empty() ? to_string(mac) : to_string(port);
}

LeaseTable::LeaseTable(const std::vector<Segment>& segments) {
  for (const Segment& segment : segments)
    pools_.push_back(
        {.first = segment.first, .last = segment.last, .never_given = segment.first.value});
}

const Lease* LeaseTable::find(Ipv4 address) const {
  const auto found = leases_.find(address.value);
  return found == leases_.end() ? nullptr : &found->second;
}

const Lease* LeaseTable::find_held(const std::string& holder, const Segment& segment) const {
  const auto [begin, end] = by_holder_.equal_range(holder);
  for (auto entry = begin; entry != end; ++entry)
    if (in_subnet(segment, Ipv4{entry->second})) return find(Ipv4{entry->second});
  return nullptr;
}

bool LeaseTable::is_available(Ipv4 address, const std::string& holder, const Segment& segment,
                              Timestamp now) const {
  if (address < segment.first || address > segment.last) return false;
  const Lease* const lease = find(address);
  if (lease == nullptr || !is_active(*lease, now)) return true;
  return lease->state != LeaseState::Declined && holder_of(*lease) == holder;
}

std::optional<Ipv4> LeaseTable::find_free(const Segment& segment, Timestamp now) const {
  const auto pool = std::ranges::find(pools_, segment.first, &Pool::first);
  if (pool == pools_.end()) return std::nullopt;
  if (pool->never_given <= pool->last.value) return Ipv4{pool->never_given};
  if (pool->by_end.empty() || pool->by_end.begin()->first > now) return std::nullopt;
  return Ipv4{pool->by_end.begin()->second};
}

std::size_t LeaseTable::count_declined(const std::string& holder, Timestamp now) const {
  const auto [begin, end] = declined_by_.equal_range(holder);
  return static_cast<std::size_t>(std::count_if(begin, end, [&](const auto& declined) {
    return is_active(*find(Ipv4{declined.second}), now);
  }));
}

void LeaseTable::put(const Lease& lease) {
  if (const Lease* const before = find(lease.address)) forget(*before);
  leases_[lease.address.value] = lease;
  holders_of(lease.state).emplace(holder_of(lease), lease.address.value);
  Pool* const pool = pool_of(lease.address);
  if (pool == nullptr) return;
  pool->by_end.emplace(lease.expires, lease.address.value);
  while (pool->never_given <= pool->last.value && leases_.contains(pool->never_given))
    ++pool->never_given;
}

std::vector<Lease> LeaseTable::list() const {
  std::vector<Lease> all;
  all.reserve(leases_.size());
  for (const auto& [address, lease] : leases_)
    all.push_back(lease);
  std::ranges::sort(all, {}, &Lease::address);
  return all;
}

LeaseTable::Pool* LeaseTable::pool_of(Ipv4 address) {
  const auto found = std::ranges::find_if(pools_, [address](const Pool& pool) {
    return pool.first <= address && address <= pool.last;
  });
  return found == pools_.end() ? nullptr : &*found;
}

void LeaseTable::forget(const Lease& lease) {
  Holders& holders = holders_of(lease.state);
  const auto [begin, end] = holders.equal_range(holder_of(lease));
  const auto entry = std::find_if(
      begin, end, [&](const auto& held) { return held.second == lease.address.value; });
  if (entry != end) holders.erase(entry);
  if (Pool* const pool = pool_of(lease.address))
    pool->by_end.erase({lease.expires, lease.address.value});
}

}  // namespace switchyard::pxe::dhcp
