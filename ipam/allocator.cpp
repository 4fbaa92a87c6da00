// Taking addresses: count, pick in memory, insert, and pick again when somebody else was quicker.
#include "ipam/allocator.h"

#include "core/db/query.h"
#include "ipam/addresses.h"
#include "ipam/claim.h"
#include "ipam/rfc3339.h"
#include "ipam/subnets.h"

#include <algorithm>
#include <numeric>

namespace switchyard::ipam {
namespace {

constexpr int kMostDefinitions = 8;  // changes of a subnet one call follows
constexpr int kMostRooms = 64;       // times one call looks for more room
constexpr std::size_t kReclaimBatch = 64;
constexpr std::size_t kBlockReread = 128;  // addresses read again after a lost pick
constexpr std::chrono::seconds kReclaimEvery{5};

Status check(const AddressRequest& request) {
  if (const Status owner = check_owner(request.owner); !owner) return owner;
  if (!request.name.empty())
    if (const Status label = check_label("address name", request.name); !label) return label;
  if (request.state == AddressState::HoldDown)
    return failure(Errc::Invalid, "subnet " + request.subnet +
                                      ": an address is taken in_use or reserved, not hold_down");
  return {};
}

AddressRecord make_record(const SubnetPool& pool, const AddressRequest& request,
                          const IpAddress& address, Timestamp now) {
  return {.vrf = pool.subnet.vrf,
          .address = address,
          .subnet = pool.subnet.name,
          .owner = request.owner,
          .name = request.name,
          .state = request.state,
          .sharing = request.sharing,
          .created = now};
}

// After a lost pick its neighbourhood is read again: whoever won probably took more.
void learn_loss(db::Session& session, SubnetPool& pool, Offset place) {
  pool.board->lose(&session, place);
  const FreeRun rest{place, size_of(pool.subnet.prefix) - 1};
  for (const Offset taken : taken_between(session, pool.subnet, rest, kBlockReread))
    pool.board->mark_taken(taken);
}

tl::unexpected<Error> full(db::Session& session, const Subnet& subnet, long long claimed) {
  const Utilisation now = find_utilisation(session, subnet.name).value_or(Utilisation{});
  std::string message =
      describe(subnet) +
      " is full: " + std::to_string(now.used + now.reserved + now.held - claimed) + " of " +
      to_decimal(capacity(subnet)) + " addresses are taken, " + std::to_string(now.held) +
      " of them in hold-down";
  if (const auto next = next_expiry(session, subnet); next && now.held > 0)
    message += ", the next leaves it at " + to_rfc3339(*next);
  return failure(Errc::Conflict, message + "; release addresses or add a subnet");
}

tl::unexpected<Error> name_taken(db::Session& session, const SubnetPool& pool,
                                 const AddressRequest& request) {
  const auto who = find_named(session, pool.subnet.name, request.name);
  return failure(Errc::Conflict, "the name " + request.name + " is taken in " +
                                     describe(pool.subnet) +
                                     (who ? " by " + to_string(*who) : std::string{}) +
                                     "; choose another, or release that address");
}

tl::unexpected<Error> address_taken(db::Session& session, const SubnetPool& pool,
                                    const IpAddress& address) {
  const std::string what = "address " + to_string(address) + " of " + describe(pool.subnet);
  const auto record = find_address(session, pool.subnet.vrf, address);
  if (record && record->state == AddressState::HoldDown)
    return failure(Errc::Conflict, what + " is in hold-down until " + to_rfc3339(record->free_at) +
                                       "; wait, or choose another");
  return failure(Errc::Conflict, what + " is taken" +
                                     (record ? " by " + record->owner : std::string{}) +
                                     "; choose another, or none to get the next free one");
}

// Why `address` is never handed out, or nothing.
Status check_wanted(const Subnet& subnet, const IpAddress& address) {
  if (!contains(subnet.prefix, address))
    return failure(Errc::Invalid, "address " + to_string(address) + " is not in " +
                                      describe(subnet) + "; choose one that is");
  for (const AddressRange& range : withheld(subnet))
    if (range.first <= address && address <= range.last)
      return failure(Errc::Invalid, "address " + to_string(address) + " of " + describe(subnet) +
                                        " is not handed out: it is " + range.note +
                                        "; choose another");
  return {};
}

// Undoes an insert of this unit of work; the counters are the caller's.
void drop(db::Session& session, SubnetPool& pool, const AddressRecord& record) {
  delete_address(session, record);
  pool.board->unpick(&session, pool.place(record.address));
}

}  // namespace

Allocator::Allocator(const Clock& clock, AsnRange asns) : clock_(clock), asns_(clock, asns) {}

Result<Allocator::Claim> Allocator::claim(db::Session& session, const AddressRequest& request,
                                          std::size_t count) {
  const auto amount = static_cast<long long>(count);
  CounterChange raise{};
  (request.state == AddressState::Reserved ? raise.reserved : raise.used) = amount;
  for (int tries = 0; tries < kMostDefinitions; ++tries) {
    const auto pool = pools_.get(session, request.subnet);
    if (!pool) return tl::unexpected(pool.error());
    PickBoard::enlist((*pool)->board, session);
    const int shard = (*pool)->board->shard_of(&session);
    if (ipam::count(session, (*pool)->subnet, shard, raise)) {
      if (is_due((*pool)->reclaim_due, clock_, kReclaimEvery))
        reclaim(session, **pool, shard, kReclaimBatch);
      return Claim{*pool, shard, raise};
    }
    pools_.forget(*pool);  // changed or removed since it was loaded
  }
  return failure(Errc::Unavailable, "subnet " + request.subnet + " keeps changing; try again");
}

void Allocator::unclaim(db::Session& session, const Claim& claim) {
  // Cannot miss: the row is locked since claim() raised it.
  (void)count(session, claim.pool->subnet, claim.shard,
              {.used = -claim.raised.used, .reserved = -claim.raised.reserved});
}

Result<AddressRecord> Allocator::take(db::Session& session, const AddressRequest& request) {
  if (const Status good = check(request); !good) return tl::unexpected(good.error());
  const auto claimed = claim(session, request, 1);
  if (!claimed) return tl::unexpected(claimed.error());
  auto taken = request.wanted ? take_wanted(session, *claimed, request)
                              : take_next(session, *claimed, request);
  if (!taken) unclaim(session, *claimed);
  return taken;
}

Result<AddressRecord> Allocator::take_wanted(db::Session& session, const Claim& claim,
                                             const AddressRequest& request) {
  SubnetPool& pool = *claim.pool;
  if (const Status good = check_wanted(pool.subnet, *request.wanted); !good)
    return tl::unexpected(good.error());
  const AddressRecord record = make_record(pool, request, *request.wanted, clock_.now());
  const Offset place = pool.place(*request.wanted);
  pool.board->pick_exactly(&session, place);
  Inserted inserted = insert_address(session, record);
  if (inserted == Inserted::AddressTaken && end_if_expired(session, claim, *request.wanted))
    inserted = insert_address(session, record);
  if (inserted == Inserted::Yes) return record;
  if (inserted == Inserted::AddressTaken) {
    pool.board->mark_taken(place);
    return address_taken(session, pool, *request.wanted);
  }
  pool.board->unpick(&session, place);
  return name_taken(session, pool, request);
}

Result<AddressRecord> Allocator::take_next(db::Session& session, const Claim& claim,
                                           const AddressRequest& request) {
  SubnetPool& pool = *claim.pool;
  while (const auto place = pick(session, claim, request.choice)) {
    AddressRecord record = make_record(pool, request, pool.address(*place), clock_.now());
    switch (insert_address(session, record)) {
      case Inserted::Yes: return record;
      case Inserted::AddressTaken: learn_loss(session, pool, *place); break;
      case Inserted::NameTaken: {
        pool.board->unpick(&session, *place);
        return name_taken(session, pool, request);
      }
    }
  }
  return full(session, pool.subnet, 1);
}

std::optional<Offset> Allocator::pick(db::Session& session, const Claim& claim, Choice choice) {
  for (int rooms = 0; rooms <= kMostRooms; ++rooms) {
    if (const auto place = claim.pool->board->pick(&session, choice)) return place;
    if (!make_room(session, claim)) return std::nullopt;
  }
  return std::nullopt;
}

// Called when this process knows of no free address: are there old hold-downs, or has another
// process given some back?
bool Allocator::make_room(db::Session& session, const Claim& claim) {
  SubnetPool& pool = *claim.pool;
  const auto seen = pool.board->generation();
  if (reclaim(session, pool, claim.shard, kReclaimBatch) > 0) return true;
  const auto usage = find_utilisation(session, pool.subnet.name);
  if (!usage) return false;
  const long long taken = usage->used + usage->held + usage->reserved - claim.pending();
  if (taken >= 0 && static_cast<Uint128>(taken) >= capacity(pool.subnet)) return false;
  refresh(session, pool, seen);
  return pool.board->free() > 0;
}

std::size_t Allocator::reclaim(db::Session& session, SubnetPool& pool, int shard,
                               std::size_t limit) {
  const auto ended = end_expired(session, pool.subnet, shard, limit);
  for (const AddressRecord& record : ended)
    pool.board->mark_free(pool.place(record.address));
  return ended.size();
}

bool Allocator::end_if_expired(db::Session& session, const Claim& claim, const IpAddress& address) {
  const auto record = find_address(session, claim.pool->subnet.vrf, address);
  if (!record || record->state != AddressState::HoldDown || record->free_at > clock_.now())
    return false;
  if (!delete_unchanged(session, *record)) return false;
  (void)count(session, claim.pool->subnet, claim.shard, {.held = -1});
  return true;
}

Result<std::vector<AddressRecord>> Allocator::take_all(db::Session& session,
                                                       std::span<const AddressRequest> requests) {
  std::vector<std::size_t> order(requests.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return requests[i].subnet; });
  std::vector<AddressRecord> answer(requests.size());
  std::vector<AddressRecord> taken;
  for (const std::size_t i : order) {
    auto one = take(session, requests[i]);
    if (!one) {
      give_back(session, taken);
      return tl::unexpected(one.error());
    }
    taken.push_back(*one);
    answer[i] = *std::move(one);
  }
  return answer;
}

Result<std::vector<AddressRecord>> Allocator::take_many(db::Session& session,
                                                        const AddressRequest& request,
                                                        std::size_t count) {
  if (const Status good = check(request); !good) return tl::unexpected(good.error());
  if (count == 0 || count > kMostAtOnce || request.wanted || !request.name.empty())
    return failure(Errc::Invalid, "subnet " + request.subnet + ": take 1 to " +
                                      std::to_string(kMostAtOnce) +
                                      " addresses at once, without an address or a name");
  const auto claimed = claim(session, request, count);
  if (!claimed) return tl::unexpected(claimed.error());
  std::vector<AddressRecord> taken;
  while (taken.size() < count) {
    auto batch =
        take_batch(session, *claimed, request, std::min(count - taken.size(), kRowsAStatement));
    if (batch.empty()) break;
    std::ranges::move(batch, std::back_inserter(taken));
  }
  if (taken.size() == count) return taken;
  auto why = full(session, claimed->pool->subnet, claimed->pending());
  for (const AddressRecord& record : taken)
    drop(session, *claimed->pool, record);
  unclaim(session, *claimed);
  return tl::unexpected(why.value().in(std::to_string(count) + " addresses wanted, " +
                                       std::to_string(taken.size()) + " free"));
}

// Up to `count` addresses by one statement; none: the subnet is full.
std::vector<AddressRecord> Allocator::take_batch(db::Session& session, const Claim& claim,
                                                 const AddressRequest& request, std::size_t count) {
  SubnetPool& pool = *claim.pool;
  const Timestamp now = clock_.now();
  std::vector<AddressRecord> batch;
  while (batch.size() < count) {
    const auto place = pick(session, claim, request.choice);
    if (!place) break;
    batch.push_back(make_record(pool, request, pool.address(*place), now));
  }
  // In one order for everybody, or two batches that overlap would wait for each other.
  std::ranges::sort(batch, {}, &AddressRecord::address);
  if (batch.empty() || insert_addresses(session, batch)) return batch;
  // At least one was somebody else's: one by one, and let the caller ask for what is missing.
  std::vector<AddressRecord> won;
  for (AddressRecord& record : batch) {
    if (insert_address(session, record) == Inserted::Yes)
      won.push_back(std::move(record));
    else
      learn_loss(session, pool, pool.place(record.address));
  }
  if (!won.empty()) return won;
  auto one = take_next(session, claim, request);
  if (one) won.push_back(*std::move(one));
  return won;
}

void Allocator::give_back(db::Session& session, std::span<const AddressRecord> records) {
  for (const AddressRecord& record : records) {
    const bool reserved = record.state == AddressState::Reserved;
    count_back(session, record.subnet, 0,
               {.used = reserved ? 0 : -1, .reserved = reserved ? -1 : 0});
    if (const auto pool = pools_.find(record.subnet))
      drop(session, *pool, record);
    else  // forgotten meanwhile
      delete_address(session, record);
  }
}

}  // namespace switchyard::ipam
