// The words of IPAM: VRFs, subnets, addresses, AS numbers, and what may be handed out of a subnet.
#pragma once

#include "core/clock.h"
#include "core/net.h"
#include "core/result.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::ipam {

// A routing domain: an address exists once in it. Two VRFs may use the same space.
struct Vrf {
  VrfName name{};
  long long version{};
  friend bool operator==(const Vrf&, const Vrf&) = default;
};

// Addresses of a subnet that are never handed out: a DHCP range of somebody else, old equipment.
struct AddressRange {
  IpAddress first{};
  IpAddress last{};  // included
  std::string note{};
  friend bool operator==(const AddressRange&, const AddressRange&) = default;
};

// A prefix of a project in a VRF. Every address of it is announced as a host route, so nothing on a
// wire needs a network or broadcast address; they are kept free all the same, because hosts and
// firewalls outside still treat them specially: the first and last address of an IPv4 subnet up to
// /30 and the first one (subnet-router anycast, RFC 4291 2.6.1) of an IPv6 subnet up to /126 are
// not handed out unless `whole`. A /31, /32, /127 and /128 always is whole (RFC 3021, RFC 6164).
struct Subnet {
  std::string name{};  // label, unique in the site
  VrfName vrf{};
  Prefix prefix{};
  std::string project{};
  bool whole{};
  std::optional<IpAddress> gateway{};    // never handed out
  std::vector<AddressRange> reserved{};  // in the prefix, in any order, not overlapping
  std::chrono::seconds hold_down{3600};  // how long a released address rests, 0..366 days
  long long version{};                   // set by the database; grows with every change
  friend bool operator==(const Subnet&, const Subnet&) = default;
};

// Invalid, naming the subnet and what to change. Checks everything that needs no database.
[[nodiscard]] Status check(const Subnet& subnet);

// The ranges of `subnet` that are never handed out: sorted, not overlapping, `note` says why.
[[nodiscard]] std::vector<AddressRange> withheld(const Subnet& subnet);

// How many addresses can be handed out at most, and how many the prefix has.
[[nodiscard]] Uint128 capacity(const Subnet& subnet);
[[nodiscard]] Uint128 size_of(const Prefix& prefix);
[[nodiscard]] std::string to_decimal(Uint128 number);

enum class AddressState { InUse, HoldDown, Reserved };
[[nodiscard]] const char* to_string(AddressState state);  // "in_use", "hold_down", "reserved"
[[nodiscard]] Result<AddressState> parse_address_state(std::string_view text);

// Anycast: several owners may be granted the announcement of this one (anycast.h).
enum class Sharing { Exclusive, Anycast };

struct AddressRecord {
  VrfName vrf{};
  IpAddress address{};
  std::string subnet{};
  std::string owner{};  // in hold-down: the last one
  std::string name{};   // label, unique in the subnet; empty: none
  AddressState state{AddressState::InUse};
  Sharing sharing{Sharing::Exclusive};
  Timestamp created{};
  Timestamp released{};  // only in hold-down
  Timestamp free_at{};   // only in hold-down: when it may be handed out again
  friend bool operator==(const AddressRecord&, const AddressRecord&) = default;
};

// Counted in the transaction that changed it, never by looking at addresses.
struct Utilisation {
  long long used{};
  long long held{};  // in hold-down
  long long reserved{};
  Uint128 total{};  // capacity()
  friend bool operator==(const Utilisation&, const Utilisation&) = default;
};

struct AsnRange {
  Asn first{4'200'000'000};  // private use, RFC 6996
  Asn last{4'294'967'294};
  std::chrono::seconds hold_down{3600};
  friend bool operator==(const AsnRange&, const AsnRange&) = default;
};

[[nodiscard]] Status check(const AsnRange& range);

enum class AsnState { InUse, HoldDown };

struct AsnRecord {
  Asn asn{};
  std::string owner{};  // in hold-down: the last one
  AsnState state{AsnState::InUse};
  Timestamp created{};
  Timestamp free_at{};  // only in hold-down
  friend bool operator==(const AsnRecord&, const AsnRecord&) = default;
};

// 1..63 lower-case letters, digits and hyphens, a letter or digit at both ends (RFC 1123).
[[nodiscard]] Status check_label(std::string_view what, std::string_view text);
// 1..128 printable ASCII characters without spaces: an id or a name given by hand.
[[nodiscard]] Status check_owner(std::string_view owner);

[[nodiscard]] std::string describe(
    const Subnet& subnet);  // "subnet prv-a (10.1.0.0/24 in VRF prv)"

}  // namespace switchyard::ipam
