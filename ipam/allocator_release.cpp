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
  const auto records = list_addresses_of(session, owner);
  for (const AddressRecord& record : records)
    if (const Status free = check_grants(session, record); !free)
      return tl::unexpected(free.error());
  revoke_all_anycast(session, owner);
  std::size_t released = 0;
  for (const AddressRecord& record : records)
    if (rest(session, record)) ++released;
  return released;
}

Result<AddressRecord> Allocator::release_address(db::Session& session, const VrfName& vrf,
                                                 const IpAddress& address) {
  const auto record = find_address(session, vrf, address);
  if (!record || record->state == AddressState::HoldDown) return not_taken(vrf, address, "taken");
  if (const Status free = check_grants(session, *record); !free)
    return tl::unexpected(free.error());
  revoke_anycast(session, {vrf, address, record->owner});
  if (!rest(session, *record)) return not_taken(vrf, address, "taken");
  return find_address(session, vrf, address).value_or(*record);
}

// False when `record` is not true any more: somebody else released it.
bool Allocator::rest(db::Session& session, const AddressRecord& record) {
  const RestTerms terms = find_rest_terms(session, record.subnet);
  const bool rests = terms.hold_down.count() > 0;
  const Timestamp now = clock_.now();
  const bool done = rests ? start_hold_down(session, record, now, now + terms.hold_down)
                          : delete_unchanged(session, record);
  if (!done) return false;
  const bool reserved = record.state == AddressState::Reserved;
  count_back(session, record.subnet, next_shard(terms.shards),
             {.used = reserved ? 0 : -1, .held = rests ? 1 : 0, .reserved = reserved ? -1 : 0});
  if (!rests) free_after_commit(session, record);
  return true;
}

void Allocator::free_after_commit(db::Session& session, const AddressRecord& record) {
  const auto pool = pools_.find(record.subnet);
  if (!pool || !contains(pool->subnet.prefix, record.address)) return;
  session.on_commit([pool, place = pool->place(record.address)] { pool->board->mark_free(place); });
}

Result<std::size_t> Allocator::reclaim(db::Session& session, std::string_view subnet,
                                       std::size_t limit) {
  const auto found = find_subnet(session, subnet);
  if (!found) return failure(Errc::NotFound, "subnet " + std::string{subnet} + " does not exist");
  const auto ended = delete_expired(session, *found, clock_.now(), limit);
  if (ended.empty()) return std::size_t{0};
  count_back(session, subnet, next_shard(find_rest_terms(session, subnet).shards),
             {.held = -static_cast<long long>(ended.size())});
  for (const IpAddress& address : ended)
    free_after_commit(session, {.vrf = found->vrf, .address = address, .subnet = found->name});
  return ended.size();
}

Status Allocator::end_hold_down(db::Session& session, const VrfName& vrf,
                                const IpAddress& address) {
  const auto record = find_address(session, vrf, address);
  if (!record || record->state != AddressState::HoldDown || !delete_unchanged(session, *record))
    return not_taken(vrf, address, "in hold-down");
  count_back(session, record->subnet, next_shard(find_rest_terms(session, record->subnet).shards),
             {.held = -1});
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
