// Takes and gives back addresses and AS numbers, inside the caller's unit of work.
//
// The truth is the primary key of the database: an INSERT wins or meets a duplicate, so any number
// of allocators in any number of processes never hand out the same address twice, without a lock.
// Which address to try comes from memory (PickBoard), loaded per subnet at its first use.
//
// Every call belongs into the work of one db::write() (available() and free_blocks(): db::read() is
// enough) and may throw soci::soci_error, which ends there; db::write() then runs the work again
// where that helps. For a deployment: take_all() with one request a VRF and family, take_asn(), the
// INSERT of the deployment row, all in one write(); release() and release_asn() in the release.
// After a failure of these functions the unit of work is as it was before the call and may go on: a
// caller can try another subnet. Errors: Invalid for a bad request, NotFound for a missing subnet
// or address, Conflict for a taken name or address and for "full". Contention is never an error.
#pragma once

#include "core/clock.h"
#include "core/db/pool.h"
#include "ipam/asn_pool.h"
#include "ipam/pick_board.h"
#include "ipam/subnet_pool.h"
#include "ipam/values.h"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::ipam {

struct AddressRequest {
  std::string subnet{};
  std::string owner{};                // who answers for it: "dep-…" (check_owner)
  std::optional<IpAddress> wanted{};  // this one or nothing
  std::string name{};                 // label, unique in the subnet; empty: none
  Choice choice{Choice::Lowest};
  AddressState state{AddressState::InUse};  // or Reserved: kept free of servers by hand
  Sharing sharing{Sharing::Exclusive};
};

// One per process and database; thread-safe.
class Allocator {
 public:
  static constexpr std::size_t kMostAtOnce = 1024;  // addresses one call takes
  static constexpr std::size_t kMostListed = 1000;  // entries one list has

  // `clock` must live longer; `asns` must pass check().
  explicit Allocator(const Clock& clock, AsnRange asns = {});

  [[nodiscard]] Result<AddressRecord> take(db::Session& session, const AddressRequest& request);
  // Several requests, all or none, answered in their order. The way to take the addresses of one
  // deployment: it works through the subnets in name order, so units of work do not wait crosswise.
  [[nodiscard]] Result<std::vector<AddressRecord>> take_all(
      db::Session& session, std::span<const AddressRequest> requests);
  // `count` addresses, 1..kMostAtOnce, of one subnet without `wanted` and `name`, all or none.
  [[nodiscard]] Result<std::vector<AddressRecord>> take_many(db::Session& session,
                                                             const AddressRequest& request,
                                                             std::size_t count);

  // Starts the hold-down of all addresses of `owner` and ends its anycast grants; answers how many
  // addresses. Again: 0. Conflict when an anycast address of the owner is granted to others.
  [[nodiscard]] Result<std::size_t> release(db::Session& session, std::string_view owner);
  // The same for one address; NotFound when nobody has it.
  [[nodiscard]] Result<AddressRecord> release_address(db::Session& session, const VrfName& vrf,
                                                      const IpAddress& address);
  // Makes addresses whose hold-down is over free again, at most `limit`. take() does so itself, a
  // few at a time; this keeps the counters fresh where nobody takes.
  [[nodiscard]] Result<std::size_t> reclaim(db::Session& session, std::string_view subnet,
                                            std::size_t limit);
  // Ends the hold-down of an address before its time, by decision of a person. NotFound.
  [[nodiscard]] Status end_hold_down(db::Session& session, const VrfName& vrf,
                                     const IpAddress& address);

  // Free addresses from the lowest on, at most `limit` (cut to kMostListed). A hint: another
  // process may take one at once; one it just made free may be missing.
  [[nodiscard]] Result<std::vector<IpAddress>> available(db::Session& session,
                                                         std::string_view subnet,
                                                         std::size_t limit);
  // Free space as the fewest prefixes, lowest first, leaving out those smaller than /`smallest`.
  [[nodiscard]] Result<std::vector<Prefix>> free_blocks(db::Session& session,
                                                        std::string_view subnet, int smallest,
                                                        std::size_t limit);

  // The lowest free AS number of the range. An owner that has one gets the same again (find_asn()
  // of asn_pool.h only looks). Its hold-down ends when the range would be full otherwise.
  [[nodiscard]] Result<AsnRecord> take_asn(db::Session& session, std::string_view owner);
  // True when it had one. Again: false.
  [[nodiscard]] bool release_asn(db::Session& session, std::string_view owner);

 private:
  struct Claim;  // a subnet's counters have been raised for these addresses

  [[nodiscard]] Result<Claim> claim(db::Session& session, const AddressRequest& request,
                                    std::size_t count);
  void unclaim(db::Session& session, const Claim& claim);
  [[nodiscard]] Result<AddressRecord> take_wanted(db::Session& session, const Claim& claim,
                                                  const AddressRequest& request);
  [[nodiscard]] Result<AddressRecord> take_next(db::Session& session, const Claim& claim,
                                                const AddressRequest& request);
  [[nodiscard]] std::vector<AddressRecord> take_batch(db::Session& session, const Claim& claim,
                                                      const AddressRequest& request,
                                                      std::size_t count);
  [[nodiscard]] std::optional<Offset> pick(db::Session& session, const Claim& claim, Choice choice);
  [[nodiscard]] bool make_room(db::Session& session, const Claim& claim);
  [[nodiscard]] bool end_if_expired(db::Session& session, const Claim& claim,
                                    const IpAddress& address);
  std::size_t reclaim(db::Session& session, SubnetPool& pool, int shard, std::size_t limit);
  void give_back(db::Session& session, std::span<const AddressRecord> records);
  std::size_t rest(db::Session& session, std::span<const AddressRecord> records);
  [[nodiscard]] std::vector<AddressRecord> end_expired(db::Session& session, const Subnet& subnet,
                                                       int shard, std::size_t limit);
  void free_after_commit(db::Session& session, const AddressRecord& record);
  [[nodiscard]] Result<SubnetPoolPointer> up_to_date(db::Session& session, std::string_view subnet);

  const Clock& clock_;
  SubnetPools pools_{};
  AsnPool asns_;
};

}  // namespace switchyard::ipam
