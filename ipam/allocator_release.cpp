// Giving back: hold-down first, free later.
#include "ipam/addresses.h"
#include "ipam/allocator.h"
#include "ipam/anycast.h"
#include "ipam/subnets.h"

#include <algorithm>
#include <atomic>

namespace switchyard::ipam {
namespace {

// Any shard does; spreading them keeps releases from waiting for each other.
int next_shard(int shards) {
  static std::atomic<unsigned> turn{0};
  return static_cast<int>(turn.fetch_add(1) % static_cast<unsigned>(std::max(1, shards)));
}

tl::unexpected<Error> not_taken(const VrfName& vrf, const IpAddress& address,
                                std::string_view wanted) {
  return failure(Errc::NotFound, "address " + to_string(address) + " in VRF " + vrf.value +
                                     " is not " + std::string{wanted} + "; nothing to end");
}

// Conflict while others may announce it. Locks the row first: see grant_anycast().
Status check_grants(db::Session& session, const AddressRecord& record) {
  if (record.sharing != Sharing::Anycast || !lock_anycast(session, record)) return {};
  for (const AnycastGrant& grant : list_grants(session, record.vrf, record.address))
    if (grant.owner != record.owner)
      return failure(Errc::Conflict, "anycast address " + to_string(record.address) + " in VRF " +
                                         record.vrf.value + " is granted to " + grant.owner +
                                         "; revoke its grants first");
  return {};
}

}  // namespace

Result<std::size_t> Allocator::release(db::Session& session, std::string_view owner) {
  auto records = list_addresses_of(session, owner);
  for (const AddressRecord& record : records)
    if (const Status free = check_grants(session, record); !free)
      return tl::unexpected(free.error());
  revoke_all_anycast(session, owner);
  std::ranges::stable_sort(records, {}, &AddressRecord::subnet);
  std::size_t released = 0;
  for (auto first = records.begin(); first != records.end();) {
    const auto last = std::ranges::find_if_not(
        first, records.end(), [&](const AddressRecord& r) { return r.subnet == first->subnet; });
    released += rest(session, {first, last});
    first = last;
  }
  return released;
}

Result<AddressRecord> Allocator::release_address(db::Session& session, const VrfName& vrf,
                                                 const IpAddress& address) {
  const auto record = find_address(session, vrf, address);
  if (!record || record->state == AddressState::HoldDown) return not_taken(vrf, address, "taken");
  if (const Status free = check_grants(session, *record); !free)
    return tl::unexpected(free.error());
  revoke_anycast(session, {vrf, address, record->owner});
  if (rest(session, {&*record, 1}) == 0) return not_taken(vrf, address, "taken");
  return find_address(session, vrf, address).value_or(*record);
}

// `records` are of one subnet. Answers for how many it was still true; somebody else may have
// released one meanwhile. Counters first, as take() does: in the other order the two would wait for
// each other.
std::size_t Allocator::rest(db::Session& session, std::span<const AddressRecord> records) {
  const std::string& subnet = records.front().subnet;
  const RestTerms terms = find_rest_terms(session, subnet);
  const int shard = next_shard(terms.shards);
  const bool rests = terms.hold_down.count() > 0;
  const Timestamp now = clock_.now();
  const auto change = [&](const AddressRecord& record, long long amount) {
    const bool reserved = record.state == AddressState::Reserved;
    return CounterChange{.used = reserved ? 0 : -amount,
                         .held = rests ? amount : 0,
                         .reserved = reserved ? -amount : 0};
  };
  CounterChange all{};
  for (const AddressRecord& record : records)
    all += change(record, 1);
  count_back(session, subnet, shard, all);
  std::size_t done = 0;
  for (const AddressRecord& record : records) {
    if (rests ? start_hold_down(session, record, now, now + terms.hold_down)
              : delete_unchanged(session, record)) {
      ++done;
      if (!rests) free_after_commit(session, record);
    } else {
      count_back(session, subnet, shard, change(record, -1));
    }
  }
  return done;
}

void Allocator::free_after_commit(db::Session& session, const AddressRecord& record) {
  const auto pool = pools_.find(record.subnet);
  if (!pool || !contains(pool->subnet.prefix, record.address)) return;
  session.on_commit([pool, place = pool->place(record.address)] { pool->board->mark_free(place); });
}

// Counters before rows, as everywhere.
std::vector<AddressRecord> Allocator::end_expired(db::Session& session, const Subnet& subnet,
                                                  int shard, std::size_t limit) {
  const auto expired = list_expired(session, subnet, clock_.now(), limit);
  if (expired.empty()) return {};
  count_back(session, subnet.name, shard, {.held = -static_cast<long long>(expired.size())});
  std::vector<AddressRecord> ended;
  for (const AddressRecord& record : expired) {
    if (delete_unchanged(session, record))
      ended.push_back(record);
    else  // another process was quicker
      count_back(session, subnet.name, shard, {.held = 1});
  }
  return ended;
}

Result<std::size_t> Allocator::reclaim(db::Session& session, std::string_view subnet,
                                       std::size_t limit) {
  const auto found = find_subnet(session, subnet);
  if (!found) return failure(Errc::NotFound, "subnet " + std::string{subnet} + " does not exist");
  const int shard = next_shard(find_rest_terms(session, subnet).shards);
  const auto ended = end_expired(session, *found, shard, limit);
  for (const AddressRecord& record : ended)
    free_after_commit(session, record);
  return ended.size();
}

Status Allocator::end_hold_down(db::Session& session, const VrfName& vrf,
                                const IpAddress& address) {
  const auto record = find_address(session, vrf, address);
  if (!record || record->state != AddressState::HoldDown)
    return not_taken(vrf, address, "in hold-down");
  const int shard = next_shard(find_rest_terms(session, record->subnet).shards);
  count_back(session, record->subnet, shard, {.held = -1});
  if (!delete_unchanged(session, *record)) {
    count_back(session, record->subnet, shard, {.held = 1});
    return not_taken(vrf, address, "in hold-down");
  }
  free_after_commit(session, *record);
  return {};
}

Result<AsnRecord> Allocator::take_asn(db::Session& session, std::string_view owner) {
  return asns_.take(session, owner);
}

bool Allocator::release_asn(db::Session& session, std::string_view owner) {
  return asns_.release(session, owner);
}

}  // namespace switchyard::ipam
