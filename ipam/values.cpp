// What a subnet may look like and which of its addresses are handed out. Reads nothing.
#include "ipam/values.h"

#include <algorithm>
#include <array>

namespace switchyard::ipam {
namespace {

constexpr std::size_t kMaxLabel = 63;
constexpr std::size_t kMaxOwner = 128;
constexpr std::size_t kMaxRanges = 1000;
constexpr std::size_t kMaxProject = 128;
constexpr std::chrono::seconds kMaxHoldDown = std::chrono::hours{24 * 366};

struct Forbidden {
  std::string_view prefix{};
  std::string_view why{};
};

// Space whose host routes no fabric can carry. ::/8 also keeps the IPv4 keys apart from IPv6 ones.
constexpr std::array kForbidden{
    Forbidden{"0.0.0.0/8", "this network (RFC 791)"},
    Forbidden{"127.0.0.0/8", "loopback"},
    Forbidden{"169.254.0.0/16", "link-local (RFC 3927)"},
    Forbidden{"224.0.0.0/4", "multicast"},
    Forbidden{"255.255.255.255/32", "limited broadcast"},
    Forbidden{"::/8", "reserved by the IETF, with loopback and IPv4-mapped addresses (RFC 4291)"},
    Forbidden{"fe80::/10", "link-local"},
    Forbidden{"ff00::/8", "multicast"},
};

// Foreign text as an error may show it.
std::string shown(std::string_view text) {
  std::string safe{text.substr(0, kMaxLabel)};
  std::ranges::replace_if(
      safe, [](unsigned char c) { return c < 0x20 || c >= 0x7f; }, '?');
  return safe;
}

bool is_label_character(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool has_special_ends(const Prefix& prefix) {
  return prefix.length <= max_length(prefix.network.family) - 2;
}

std::string to_string(const AddressRange& range) {
  return switchyard::to_string(range.first) + "-" + switchyard::to_string(range.last);
}

Status check_place(const Subnet& subnet) {
  const auto bad = [&](const std::string& why) {
    return failure(Errc::Invalid, describe(subnet) + ": " + why);
  };
  if (subnet.prefix.length > max_length(subnet.prefix.network.family))
    return bad("the prefix is longer than an address");
  for (const Forbidden& forbidden : kForbidden) {
    const Result<Prefix> prefix = parse_prefix(forbidden.prefix);
    if (prefix && overlaps(*prefix, subnet.prefix))
      return bad("it overlaps " + std::string{forbidden.prefix} + ", " +
                 std::string{forbidden.why} + "; choose another prefix");
  }
  if (subnet.gateway && !contains(subnet.prefix, *subnet.gateway))
    return bad("the gateway " + switchyard::to_string(*subnet.gateway) + " is outside of it");
  return {};
}

Status check_ranges(const Subnet& subnet) {
  const auto bad = [&](const std::string& why) {
    return failure(Errc::Invalid, describe(subnet) + ": " + why);
  };
  if (subnet.reserved.size() > kMaxRanges)
    return bad("more than " + std::to_string(kMaxRanges) + " reserved ranges; join some");
  std::vector<AddressRange> sorted = subnet.reserved;
  std::ranges::sort(sorted, {}, &AddressRange::first);
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const AddressRange& range = sorted[i];
    if (!contains(subnet.prefix, range.first) || !contains(subnet.prefix, range.last))
      return bad("the reserved range " + to_string(range) + " is outside of it");
    if (range.last < range.first)
      return bad("the reserved range " + to_string(range) + " ends before it starts");
    if (i > 0 && range.first <= sorted[i - 1].last)
      return bad("the reserved ranges " + to_string(sorted[i - 1]) + " and " + to_string(range) +
                 " overlap; join them");
  }
  return {};
}

}  // namespace

Status check_label(std::string_view what, std::string_view text) {
  const bool good =
      !text.empty() && text.size() <= kMaxLabel && text.front() != '-' && text.back() != '-' &&
      std::ranges::all_of(text, [](char c) { return c == '-' || is_label_character(c); });
  if (good) return {};
  return failure(Errc::Invalid, std::string{what} + " '" + shown(text) +
                                    "' is not a label: use 1 to 63 lower-case letters, digits and "
                                    "hyphens, with a letter or digit at both ends");
}

Status check_owner(std::string_view owner) {
  const bool good = !owner.empty() && owner.size() <= kMaxOwner &&
                    std::ranges::all_of(owner, [](char c) { return c > ' ' && c < 0x7f; });
  if (good) return {};
  return failure(Errc::Invalid, "owner '" + shown(owner) +
                                    "': use 1 to 128 printable ASCII characters without spaces");
}

Status check(const Subnet& subnet) {
  if (const Status label = check_label("subnet name", subnet.name); !label) return label;
  if (subnet.project.size() > kMaxProject)
    return failure(Errc::Invalid,
                   describe(subnet) + ": the project name is too long (at most 128)");
  if (const Status place = check_place(subnet); !place) return place;
  if (const Status ranges = check_ranges(subnet); !ranges) return ranges;
  if (subnet.hold_down < std::chrono::seconds{0} || subnet.hold_down > kMaxHoldDown)
    return failure(Errc::Invalid, describe(subnet) + ": the hold-down must be 0 to 366 days");
  if (capacity(subnet) == 0)
    return failure(
        Errc::Invalid,
        describe(subnet) + ": no address is left to hand out; set whole, or reserve less");
  return {};
}

std::vector<AddressRange> withheld(const Subnet& subnet) {
  std::vector<AddressRange> all = subnet.reserved;
  for (AddressRange& range : all)
    range.note = "in the reserved range " + to_string(range);
  if (subnet.gateway) all.push_back({*subnet.gateway, *subnet.gateway, "the gateway"});
  if (!subnet.whole && has_special_ends(subnet.prefix)) {
    const IpAddress first = subnet.prefix.network;
    const IpAddress last = last_address(subnet.prefix);
    const bool v4 = first.family == Family::V4;
    all.push_back({first, first, v4 ? "the network address" : "the subnet-router anycast address"});
    if (v4) all.push_back({last, last, "the broadcast address"});
  }
  std::ranges::sort(all, {}, [](const AddressRange& range) { return range.first; });
  std::vector<AddressRange> joined;
  for (AddressRange& range : all) {
    if (joined.empty() || joined.back().last < range.first)
      joined.push_back(std::move(range));
    else  // a gateway inside a reserved range: the outer reason is enough
      joined.back().last = std::max(joined.back().last, range.last);
  }
  return joined;
}

Uint128 capacity(const Subnet& subnet) {
  Uint128 left = size_of(subnet.prefix);
  for (const AddressRange& range : withheld(subnet))
    left -= offset_of(range.first, range.last) + 1;
  return left;
}

Uint128 size_of(const Prefix& prefix) {
  return Uint128{1} << (max_length(prefix.network.family) - prefix.length);
}

std::string to_decimal(Uint128 number) {
  std::string digits;
  do
    digits.push_back(static_cast<char>('0' + static_cast<int>(number % 10)));
  while ((number /= 10) != 0);
  std::ranges::reverse(digits);
  return digits;
}

const char* to_string(AddressState state) {
  switch (state) {
    case AddressState::InUse: return "in_use";
    case AddressState::HoldDown: return "hold_down";
    case AddressState::Reserved: return "reserved";
  }
  return "in_use";
}

Result<AddressState> parse_address_state(std::string_view text) {
  for (const auto state : {AddressState::InUse, AddressState::HoldDown, AddressState::Reserved})
    if (text == to_string(state)) return state;
  return failure(Errc::Invalid,
                 "address state '" + shown(text) + "': use in_use, hold_down or reserved");
}

Status check(const AsnRange& range) {
  for (const Asn asn : {range.first, range.last})
    if (const Result<Asn> good = make_asn(asn.value); !good)
      return tl::unexpected(good.error().in("ASN range"));
  if (range.last < range.first)
    return failure(Errc::Invalid, "ASN range " + std::to_string(range.first.value) + "-" +
                                      std::to_string(range.last.value) + " ends before it starts");
  if (range.hold_down < std::chrono::seconds{0} || range.hold_down > kMaxHoldDown)
    return failure(Errc::Invalid, "ASN range: the hold-down must be 0 to 366 days");
  return {};
}

std::string describe(const Subnet& subnet) {
  return "subnet " + shown(subnet.name) + " (" + to_string(subnet.prefix) + " in VRF " +
         subnet.vrf.value + ")";
}

}  // namespace switchyard::ipam
