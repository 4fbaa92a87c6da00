// Subnets in the database. Free functions for use inside db::read() and db::write(); SOCI's
// exceptions end there. Pages are in name order and start after the name given.
#pragma once

#include "core/db/pool.h"
#include "ipam/values.h"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::ipam {

// Answers the subnet as stored, with its version. Invalid (check()), NotFound for the VRF, Conflict
// when the name is used or the prefix overlaps a subnet of the VRF: creators in one VRF go one
// after the other, so of two that overlap only one succeeds.
[[nodiscard]] Result<Subnet> insert_subnet(db::Session& session, const Subnet& subnet,
                                           Timestamp now);
[[nodiscard]] std::optional<Subnet> find_subnet(db::Session& session, std::string_view name);

struct SubnetFilter {
  std::string vrf{};      // empty: all
  std::string project{};  // empty: all
};

struct SubnetUsage {
  Subnet subnet{};
  Utilisation usage{};
};

[[nodiscard]] std::vector<SubnetUsage> list_subnets(db::Session& session,
                                                    const SubnetFilter& filter,
                                                    std::string_view after, std::size_t limit);
[[nodiscard]] std::optional<Utilisation> find_utilisation(db::Session& session,
                                                          std::string_view name);

// The subnet of `vrf` that `address` is in.
[[nodiscard]] std::optional<std::string> find_subnet_of(db::Session& session, const VrfName& vrf,
                                                        const IpAddress& address);

// Changes project, gateway, reserved ranges, whole and hold-down of `subnet.name`; name, VRF and
// prefix stay. Conflict when `subnet.version` is not the stored one any more, or when an address
// that would be withheld from now on is taken. A new hold-down holds for releases from now on.
[[nodiscard]] Result<Subnet> update_subnet(db::Session& session, const Subnet& subnet);

// Conflict while an address of it is in use, reserved or in hold-down before its time (the message
// says which), or when `version` is given and old. Expired hold-downs go with it.
[[nodiscard]] Status remove_subnet(db::Session& session, std::string_view name,
                                   std::optional<long long> version, Timestamp now);

// How many rows the counters of a subnet of this capacity are spread over (schema.cpp).
[[nodiscard]] int shards_of(Uint128 capacity);

// Adds to one of them. False when `version` is not in force any more (or the subnet is gone).
struct CounterChange {
  long long used{};
  long long held{};
  long long reserved{};

  CounterChange& operator+=(const CounterChange& other) {
    used += other.used;
    held += other.held;
    reserved += other.reserved;
    return *this;
  }
};

[[nodiscard]] bool count(db::Session& session, const Subnet& subnet, int shard,
                         const CounterChange& change);
// The same whatever the version: for giving back.
void count_back(db::Session& session, std::string_view subnet, int shard,
                const CounterChange& change);

// What a release must know of a subnet.
struct RestTerms {
  std::chrono::seconds hold_down{};
  int shards{1};
};

[[nodiscard]] RestTerms find_rest_terms(db::Session& session, std::string_view subnet);

}  // namespace switchyard::ipam
