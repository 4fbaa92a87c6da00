// Properties of core/net.h on thousands of random values.
#include "core/net.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace rc {

// Zero bytes are frequent, so that the shortening of RFC 5952 has something to do.
static Gen<std::uint8_t> address_byte() {
  return gen::weightedOneOf<std::uint8_t>(
      {{2, gen::just<std::uint8_t>(0)}, {1, gen::arbitrary<std::uint8_t>()}});
}

template <> struct Arbitrary<switchyard::IpAddress> {
  static Gen<switchyard::IpAddress> arbitrary() {
    return gen::map(gen::pair(gen::arbitrary<bool>(),
                              gen::container<std::vector<std::uint8_t>>(16, address_byte())),
                    [](const std::pair<bool, std::vector<std::uint8_t>>& parts) {
                      switchyard::IpAddress address;
                      address.family =
                          parts.first ? switchyard::Family::V4 : switchyard::Family::V6;
                      std::ranges::copy(parts.second, address.key.begin());
                      if (parts.first) {
                        std::fill_n(address.key.begin(), 10, std::uint8_t{0});
                        address.key[10] = address.key[11] = 0xff;
                      } else {
                        address.key[0] |= 1;  // never an IPv4-mapped one
                      }
                      return address;
                    });
  }
};

}  // namespace rc

namespace switchyard {
namespace {

RC_GTEST_PROP(IpAddressText, ReadsBackWhatItPrints, (IpAddress address)) {
  RC_ASSERT(parse_ip(to_string(address)) == address);
}

// The C library is another implementation of RFC 5952 (but for IPv4-compatible addresses).
RC_GTEST_PROP(IpAddressText, IsSpelledAsTheCLibrarySpellsIt, (IpAddress address)) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool v4 = address.family == Family::V4;
  RC_ASSERT(::inet_ntop(v4 ? AF_INET : AF_INET6, address.key.data() + (v4 ? 12 : 0), text.data(),
                        text.size()) != nullptr);
  RC_ASSERT(to_string(address) == text.data());
}

// Random texts of the alphabet of addresses: we refuse whatever the C library refuses.
RC_GTEST_PROP(IpAddressText, AcceptsNothingTheCLibraryRefuses, ()) {
  const auto text =
      *rc::gen::container<std::string>(rc::gen::elementOf(std::string{"0123456789afAF::::...."}));
  std::array<std::uint8_t, 16> bytes{};
  const bool known = ::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1 ||
                     ::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1;
  RC_ASSERT(known || !parse_ip(text));
}

RC_GTEST_PROP(IpAddressKey, ReadsBackAndKeepsTheOrder, (IpAddress a, IpAddress b)) {
  RC_ASSERT(from_key(to_key(a), a.family) == a);
  if (a.family == b.family) RC_ASSERT((to_key(a) < to_key(b)) == (a < b));
}

RC_GTEST_PROP(Offset, IsUndoneByAddressAt, (IpAddress base, std::uint16_t offset)) {
  RC_ASSERT(offset_of(base, address_at(base, offset)) == offset);
}

RC_GTEST_PROP(PrefixText, ReadsBackWhatItPrints, (IpAddress address)) {
  const int length = *rc::gen::inRange(1, max_length(address.family) + 1);
  const Uint128 size = Uint128{1} << static_cast<unsigned>(max_length(address.family) - length);
  const IpAddress network =
      address_at(address, Uint128{0} - offset_of(IpAddress{}, address) % size);
  const Prefix prefix{.network = network, .length = static_cast<std::uint8_t>(length)};
  RC_ASSERT(parse_prefix(to_string(prefix)) == prefix);
  RC_ASSERT(contains(prefix, address));
  RC_ASSERT(contains(prefix, last_address(prefix)));
  RC_ASSERT(offset_of(prefix.network, last_address(prefix)) == size - 1);
}

RC_GTEST_PROP(MacAddressText, ReadsBackWhatItPrints, ()) {
  MacAddress mac;
  for (auto& byte : mac.bytes)
    byte = *rc::gen::arbitrary<std::uint8_t>();
  RC_ASSERT(parse_mac(to_string(mac)) == mac);
}

RC_GTEST_PROP(Parsers, AnswerEveryText, (const std::string& text)) {
  (void)parse_ip(text);
  (void)parse_prefix(text);
  (void)parse_mac(text);
  (void)parse_vrf(text);
  (void)parse_port_name(text);
}

}  // namespace
}  // namespace switchyard
