// Addresses in the database, for reading and for the allocator. Free functions for use inside
// db::read() and db::write(); SOCI's exceptions end there.
#pragma once

#include "core/db/pool.h"
#include "ipam/free_space.h"
#include "ipam/values.h"

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace switchyard::ipam {

[[nodiscard]] std::optional<AddressRecord> find_address(db::Session& session, const VrfName& vrf,
                                                        const IpAddress& address);
// In address order, after `after`; hold-downs whose time is over may still be among them.
[[nodiscard]] std::vector<AddressRecord> list_addresses(db::Session& session, const Subnet& subnet,
                                                        const std::optional<IpAddress>& after,
                                                        std::size_t limit);
// What `owner` has in use or reserved, by VRF and address; not what rests after its release.
[[nodiscard]] std::vector<AddressRecord> list_addresses_of(db::Session& session,
                                                           std::string_view owner);

[[nodiscard]] std::optional<IpAddress> find_named(db::Session& session, std::string_view subnet,
                                                  std::string_view name);

// The functions below are for the allocator.

enum class Inserted { Yes, AddressTaken, NameTaken };
[[nodiscard]] Inserted insert_address(db::Session& session, const AddressRecord& record);
// All of them or none: false when one of the addresses is taken. At most kRowsAStatement records,
// without names, that differ in nothing but the address.
inline constexpr std::size_t kRowsAStatement = 64;
[[nodiscard]] bool insert_addresses(db::Session& session, std::span<const AddressRecord> records);
// Undoes insert_address().
void delete_address(db::Session& session, const AddressRecord& record);

// Starts the hold-down of an address `record.owner` has. False when it does not have it any more.
[[nodiscard]] bool start_hold_down(db::Session& session, const AddressRecord& record, Timestamp now,
                                   Timestamp free_at);
// Deletes what `record` says, if it is still so. False: it is not.
[[nodiscard]] bool delete_unchanged(db::Session& session, const AddressRecord& record);
// Hold-downs that ended by `now`, at most `limit` of them, oldest first.
[[nodiscard]] std::vector<AddressRecord> list_expired(db::Session& session, const Subnet& subnet,
                                                      Timestamp now, std::size_t limit);
// All of them, whatever the limit, without looking at counters: the subnet goes with them.
void delete_all_expired(db::Session& session, const Subnet& subnet, Timestamp now);
[[nodiscard]] std::optional<Timestamp> next_expiry(db::Session& session, const Subnet& subnet);

// What is free in `subnet`: everything but the withheld and the stored.
[[nodiscard]] FreeSpace load_free_space(db::Session& session, const Subnet& subnet);
// The stored places of `subnet` from `first` to `last`, the lowest `limit` of them.
[[nodiscard]] std::vector<Offset> taken_between(db::Session& session, const Subnet& subnet,
                                                const FreeRun& range, std::size_t limit);
}  // namespace switchyard::ipam
