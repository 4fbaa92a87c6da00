#include "ipam/values.h"

#include "tests/ipam/ipam_fixture.h"

namespace switchyard::ipam {
namespace {

using testing::HasSubstr;

struct UsableCase {
  std::string prefix{};
  bool whole{};
  unsigned usable{};
};

class UsableAddresses : public testing::TestWithParam<UsableCase> {};

TEST_P(UsableAddresses, AreCountedWithoutTheSpecialOnes) {
  Subnet tested = subnet("a", GetParam().prefix);
  tested.whole = GetParam().whole;
  EXPECT_EQ(to_decimal(capacity(tested)), std::to_string(GetParam().usable));
}

// clang-format off
INSTANTIATE_TEST_SUITE_P(Prefixes, UsableAddresses, testing::Values(
    UsableCase{"10.0.0.0/24", false, 254}, UsableCase{"10.0.0.0/24", true, 256},
    UsableCase{"10.0.0.0/30", false, 2},   UsableCase{"10.0.0.0/30", true, 4},
    UsableCase{"10.0.0.0/31", false, 2},   UsableCase{"10.0.0.0/32", false, 1},
    UsableCase{"2001:db8::/120", false, 255}, UsableCase{"2001:db8::/120", true, 256},
    UsableCase{"2001:db8::/126", false, 3}, UsableCase{"2001:db8::/127", false, 2},
    UsableCase{"2001:db8::/128", false, 1}));

// clang-format on

TEST(Withheld, JoinsGatewayReservedRangesAndEnds) {
  Subnet tested = subnet("a", "10.0.0.0/28");
  tested.gateway = ip("10.0.0.1");
  tested.reserved = {{ip("10.0.0.9"), ip("10.0.0.15"), "dhcp"},
                     {ip("10.0.0.0"), ip("10.0.0.3"), ""}};
  EXPECT_EQ(to_decimal(capacity(tested)), "5");
  const auto ranges = withheld(tested);
  ASSERT_EQ(ranges.size(), 2U);
  EXPECT_EQ(to_string(ranges[0].first), "10.0.0.0");
  EXPECT_EQ(to_string(ranges[0].last), "10.0.0.3");
  EXPECT_EQ(to_string(ranges[1].last), "10.0.0.15");
}

TEST(Capacity, OfAWideIpv6SubnetIsExact) {
  EXPECT_EQ(to_decimal(capacity(subnet("a", "2001:db8::/64"))), "18446744073709551615");
}

struct BadCase {
  std::string why{};
  Subnet bad{};
};

class BadSubnet : public testing::TestWithParam<BadCase> {};

TEST_P(BadSubnet, IsRefusedWithTheReason) {
  const Status refused = check(GetParam().bad);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::Invalid);
  EXPECT_THAT(refused.error().message, HasSubstr(GetParam().why));
}

Subnet with(Subnet base, const std::function<void(Subnet&)>& change) {
  change(base);
  return base;
}

// clang-format off
INSTANTIATE_TEST_SUITE_P(Values, BadSubnet, testing::Values(
    BadCase{"loopback", subnet("a", "127.0.1.0/24")},
    BadCase{"multicast", subnet("a", "224.0.0.0/8")},
    BadCase{"overlaps 0.0.0.0/8", subnet("a", "0.0.0.0/0")},
    BadCase{"link-local", subnet("a", "fe80::/64")},
    BadCase{"IPv4-mapped", subnet("a", "::/64")},
    BadCase{"not a label", subnet("Prod A", "10.0.0.0/24")},
    BadCase{"not a label", subnet("", "10.0.0.0/24")},
    BadCase{"not a label", subnet("-a", "10.0.0.0/24")},
    BadCase{"the gateway 10.0.1.1 is outside", with(subnet("a", "10.0.0.0/24"), [](Subnet& s) { s.gateway = ip("10.0.1.1"); })},
    BadCase{"hold-down must be", with(subnet("a", "10.0.0.0/24"), [](Subnet& s) { s.hold_down = std::chrono::seconds{-1}; })},
    BadCase{"is outside of it", with(subnet("a", "10.0.0.0/24"), [](Subnet& s) { s.reserved = {{ip("10.0.0.9"), ip("10.0.1.9"), ""}}; })},
    BadCase{"ends before it starts", with(subnet("a", "10.0.0.0/24"), [](Subnet& s) { s.reserved = {{ip("10.0.0.9"), ip("10.0.0.8"), ""}}; })},
    BadCase{"overlap; join them", with(subnet("a", "10.0.0.0/24"), [](Subnet& s) { s.reserved = {{ip("10.0.0.5"), ip("10.0.0.8"), ""}, {ip("10.0.0.8"), ip("10.0.0.9"), ""}}; })},
    BadCase{"no address is left", with(subnet("a", "10.0.0.0/30"), [](Subnet& s) { s.reserved = {{ip("10.0.0.0"), ip("10.0.0.3"), ""}}; })}));

// clang-format on

TEST(CheckOwner, RefusesWhatCannotBePrintedAndShowsItSafely) {
  EXPECT_TRUE(check_owner("dep-0k3v9x2m4t7qc1zr"));
  EXPECT_FALSE(check_owner(""));
  EXPECT_FALSE(check_owner("two words"));
  const Status refused = check_owner("a\nb");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message.find('\n'), std::string::npos);
}

TEST(CheckAsnRange, RefusesReservedNumbersAndReversedRanges) {
  EXPECT_TRUE(check(AsnRange{}));
  EXPECT_FALSE(check(AsnRange{.first = {65'535}}));
  EXPECT_FALSE(check(AsnRange{.first = {65'010}, .last = {65'000}}));
}

}  // namespace
}  // namespace switchyard::ipam
