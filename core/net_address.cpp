// IP addresses and prefixes of core/net.h.
#include "core/net.h"
#include "core/net_text.h"

#include <algorithm>
#include <optional>

namespace switchyard {

namespace {

using net_text::hex;
using net_text::not_a;
using net_text::number;
using net_text::shown;

constexpr std::size_t kV4Start = 12;  // where the four bytes of an IPv4 address sit in the key

using Groups = std::array<std::uint16_t, 8>;
using Key = std::array<std::uint8_t, 16>;

// Cuts the text up to the next `mark` off the front of `rest`.
std::string_view take(std::string_view& rest, char mark) {
  const auto at = rest.find(mark);
  const auto piece = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view{} : rest.substr(at + 1);
  return piece;
}

std::optional<std::array<std::uint8_t, 4>> v4_bytes(std::string_view text) {
  if (std::ranges::count(text, '.') != 3) return std::nullopt;
  std::array<std::uint8_t, 4> bytes{};
  for (auto& byte : bytes) {
    const auto value = number(take(text, '.'), 3, 10);
    if (!value || *value > 255) return std::nullopt;
    byte = static_cast<std::uint8_t>(*value);
  }
  return bytes;
}

// Colon-separated groups of hexadecimal digits, the last of which may be dotted IPv4 (RFC
// 4291 2.2). Answers how many groups were written, nothing when the text is wrong.
std::optional<std::size_t> v6_groups(std::string_view text, Groups& groups) {
  std::size_t count = 0;
  while (!text.empty()) {
    const bool last = text.find(':') == std::string_view::npos;
    if (!last && text.back() == ':') return std::nullopt;
    const auto piece = take(text, ':');
    if (last && piece.find('.') != std::string_view::npos) {
      const auto tail = v4_bytes(piece);
      if (!tail || count > 6) return std::nullopt;
      groups[count++] = static_cast<std::uint16_t>((*tail)[0] << 8 | (*tail)[1]);
      groups[count++] = static_cast<std::uint16_t>((*tail)[2] << 8 | (*tail)[3]);
      return count;
    }
    const auto value = number(piece, 4, 16);
    if (!value || count == groups.size()) return std::nullopt;
    groups[count++] = static_cast<std::uint16_t>(*value);
  }
  return count;
}

std::optional<Groups> v6_value(std::string_view text) {
  Groups groups{};
  const auto gap = text.find("::");
  if (gap == std::string_view::npos) {
    const auto count = v6_groups(text, groups);
    return count == groups.size() ? std::optional{groups} : std::nullopt;
  }
  const auto before = text.substr(0, gap);
  const auto after = text.substr(gap + 2);
  if (before.find('.') != std::string_view::npos || after.starts_with(':')) return std::nullopt;
  Groups right{};
  const auto left_count = v6_groups(before, groups);
  const auto right_count = v6_groups(after, right);
  // RFC 5952 4.2.2 forbids writing "::" for one group, RFC 4291 allows reading it.
  if (!left_count || !right_count || *left_count + *right_count > 7) return std::nullopt;
  std::copy_n(right.begin(), *right_count,
              groups.end() - static_cast<std::ptrdiff_t>(*right_count));
  return groups;
}

bool is_mapped(const Key& key) {
  return std::all_of(key.begin(), key.begin() + 10, [](std::uint8_t b) { return b == 0; }) &&
         key[10] == 0xff && key[11] == 0xff;
}

Uint128 to_number(const Key& key) {
  Uint128 number = 0;
  for (const std::uint8_t byte : key)
    number = number << 8 | byte;
  return number;
}

Key to_bytes(Uint128 number) {
  Key key{};
  for (std::size_t i = key.size(); i-- > 0; number >>= 8)
    key[i] = static_cast<std::uint8_t>(number & 0xff);
  return key;
}

// The bits of the key below the prefix length, all ones.
Uint128 host_mask(const Prefix& prefix) {
  const int host_bits = max_length(prefix.network.family) - prefix.length;
  if (host_bits >= 128) return ~static_cast<Uint128>(0);
  return (static_cast<Uint128>(1) << host_bits) - 1;
}

std::string v4_text(const Key& key) {
  std::string text;
  for (std::size_t i = kV4Start; i < key.size(); ++i) {
    if (i > kV4Start) text += '.';
    text += std::to_string(key[i]);
  }
  return text;
}

struct Run {
  std::size_t start{};
  std::size_t length{};
};

// The first longest run of at least two zero groups: what RFC 5952 4.2 writes as "::".
Run longest_zeros(const Groups& groups) {
  Run best{};
  for (std::size_t i = 0; i < groups.size();) {
    std::size_t end = i;
    while (end < groups.size() && groups[end] == 0)
      ++end;
    if (end - i > best.length) best = {i, end - i};
    i = end + 1;
  }
  return best.length >= 2 ? best : Run{groups.size(), 0};
}

std::string v6_text(const Key& key) {
  Groups groups{};
  for (std::size_t i = 0; i < groups.size(); ++i)
    groups[i] = static_cast<std::uint16_t>(key[2 * i] << 8 | key[2 * i + 1]);
  const Run zeros = longest_zeros(groups);
  std::string text;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (i == zeros.start) {
      text += "::";
      i += zeros.length - 1;
      continue;
    }
    if (!text.empty() && text.back() != ':') text += ':';
    text += hex(groups[i]);
  }
  return text;
}

}  // namespace

Result<IpAddress> parse_ip(std::string_view text) {
  if (text.find(':') == std::string_view::npos) {
    const auto bytes = v4_bytes(text);
    if (!bytes) return not_a("an IP address", text);
    IpAddress address{.family = Family::V4};
    address.key[10] = address.key[11] = 0xff;
    std::ranges::copy(*bytes, address.key.begin() + kV4Start);
    return address;
  }
  const auto groups = v6_value(text);
  if (!groups) return not_a("an IP address", text);
  IpAddress address{.family = Family::V6};
  for (std::size_t i = 0; i < groups->size(); ++i) {
    address.key[2 * i] = static_cast<std::uint8_t>((*groups)[i] >> 8);
    address.key[2 * i + 1] = static_cast<std::uint8_t>((*groups)[i] & 0xff);
  }
  if (is_mapped(address.key)) {
    return failure(Errc::Invalid,
                   "IPv4-mapped IPv6 address, write it as IPv4: '" + shown(text) + "'");
  }
  return address;
}

std::string to_string(const IpAddress& address) {
  return address.family == Family::V4 ? v4_text(address.key) : v6_text(address.key);
}

std::string to_key(const IpAddress& address) { return {address.key.begin(), address.key.end()}; }

Result<IpAddress> from_key(std::string_view key, Family family) {
  IpAddress address{.family = family};
  if (key.size() != address.key.size()) {
    return failure(Errc::Invalid,
                   "address key of " + std::to_string(key.size()) + " bytes instead of 16");
  }
  std::ranges::transform(key, address.key.begin(),
                         [](char c) { return static_cast<std::uint8_t>(c); });
  if (family != Family::V4 && family != Family::V6)
    return failure(Errc::Invalid, "address family is neither 4 nor 6");
  if (is_mapped(address.key) != (family == Family::V4))
    return failure(Errc::Invalid, "address key does not belong to its family");
  return address;
}

IpAddress address_at(const IpAddress& base, Uint128 offset) {
  return {.family = base.family, .key = to_bytes(to_number(base.key) + offset)};
}

Uint128 offset_of(const IpAddress& base, const IpAddress& address) {
  return to_number(address.key) - to_number(base.key);
}

Result<Prefix> parse_prefix(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return not_a("a prefix (address/length)", text);
  const auto network = parse_ip(text.substr(0, slash));
  const auto length = number(text.substr(slash + 1), 3, 10);
  if (!network) return tl::unexpected(network.error());
  if (!length || static_cast<int>(*length) > max_length(network->family))
    return not_a("a prefix (address/length)", text);
  const Prefix prefix{.network = *network, .length = static_cast<std::uint8_t>(*length)};
  const auto host_bits = to_number(network->key) & host_mask(prefix);
  if (host_bits == 0) return prefix;
  const Prefix meant{.network = {network->family, to_bytes(to_number(network->key) - host_bits)},
                     .length = prefix.length};
  return failure(Errc::Invalid, "prefix with host bits set: '" + shown(text) +
                                    "', the network is " + to_string(meant));
}

std::string to_string(const Prefix& prefix) {
  return to_string(prefix.network) + "/" + std::to_string(prefix.length);
}

Prefix host_prefix(const IpAddress& address) {
  return {.network = address, .length = static_cast<std::uint8_t>(max_length(address.family))};
}

bool is_host(const Prefix& prefix) { return prefix.length == max_length(prefix.network.family); }

bool contains(const Prefix& outer, const IpAddress& address) {
  if (outer.network.family != address.family) return false;
  const auto network_bits = ~host_mask(outer);
  return (to_number(address.key) & network_bits) == to_number(outer.network.key);
}

bool contains(const Prefix& outer, const Prefix& inner) {
  return outer.length <= inner.length && contains(outer, inner.network);
}

bool overlaps(const Prefix& a, const Prefix& b) { return contains(a, b) || contains(b, a); }

IpAddress last_address(const Prefix& prefix) {
  return {.family = prefix.network.family,
          .key = to_bytes(to_number(prefix.network.key) | host_mask(prefix))};
}

}  // namespace switchyard
