#include "core/net.h"

#include "core/host_name.h"

#include <gmock/gmock.h>

#include <set>

namespace switchyard {
namespace {

using testing::HasSubstr;

// Text in, canonical text out; an empty `canonical` means that the text is refused.
struct Spelling {
  std::string name{};
  std::string text{};
  std::string canonical{};
};

void PrintTo(const Spelling& spelling, std::ostream* out) { *out << '\'' << spelling.text << '\''; }

template <class Parse> void check(const Spelling& spelling, Parse parse) {
  const auto value = parse(spelling.text);
  if (spelling.canonical.empty()) {
    ASSERT_FALSE(value) << to_string(*value);
    EXPECT_EQ(value.error().code, Errc::Invalid);
    EXPECT_FALSE(value.error().message.empty());
    return;
  }
  ASSERT_TRUE(value) << value.error().message;
  EXPECT_EQ(to_string(*value), spelling.canonical);
}

std::string name_of(const testing::TestParamInfo<Spelling>& row) { return row.param.name; }

class ParseIp : public testing::TestWithParam<Spelling> {};

TEST_P(ParseIp, AcceptsWhatIsOneAndPrintsItCanonically) { check(GetParam(), &parse_ip); }

const Spelling kAddresses[]{
    {"V4", "192.0.2.1", "192.0.2.1"},
    {"V4Zero", "0.0.0.0", "0.0.0.0"},
    {"V4Last", "255.255.255.255", "255.255.255.255"},
    {"V4TooLarge", "192.0.2.256", ""},
    {"V4LeadingZero", "192.0.2.01", ""},
    {"V4ThreeParts", "192.0.2", ""},
    {"V4FiveParts", "192.0.2.1.1", ""},
    {"V4EmptyPart", "192..2.1", ""},
    {"V4TrailingDot", "192.0.2.1.", ""},
    {"V4Sign", "192.0.2.+1", ""},
    {"V4Blank", "192.0.2.1 ", ""},
    {"V4Hex", "0x7f.0.0.1", ""},
    {"V4Number", "3221225985", ""},
    {"Empty", "", ""},
    {"V6", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6"},
    {"V6UpperCase", "2001:DB8::A", "2001:db8::a"},
    {"V6LeadingZeros", "2001:0db8:0000::0001", "2001:db8::1"},
    {"V6Zero", "::", "::"},
    {"V6Loopback", "::1", "::1"},
    {"V6Network", "2001:db8::", "2001:db8::"},
    {"V6OneGroupIsNotShortened", "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
    {"V6LongestRunIsShortened", "2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
    {"V6FirstOfEqualRuns", "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
    {"V6GapOfOneGroup", "2001:db8::2:3:4:5:6", "2001:db8:0:2:3:4:5:6"},
    {"V6DottedTail", "64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
    {"V6SixGroupsAndDottedTail", "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
    {"V6Mapped", "::ffff:192.0.2.1", ""},
    {"V6MappedInHex", "::ffff:c000:201", ""},
    {"V6TwoGaps", "2001::db8::1", ""},
    {"V6ThreeColons", "2001:::1", ""},
    {"V6GapThatIsNone", "1:2:3:4::5:6:7:8", ""},
    {"V6SevenGroups", "1:2:3:4:5:6:7", ""},
    {"V6NineGroups", "1:2:3:4:5:6:7:8:9", ""},
    {"V6LongGroup", "2001:00db8::1", ""},
    {"V6TrailingColon", "2001:db8:1:2:3:4:5:", ""},
    {"V6LeadingColon", ":2001:db8:1:2:3:4:5", ""},
    {"V6NotHex", "2001:dbg::1", ""},
    {"V6Zone", "fe80::1%eth0", ""},
    {"V6DottedMiddle", "::1.2.3.4:5", ""},
    {"V6DottedBeforeGap", "1.2.3.4::", ""},
    {"V6TooManyWithDotted", "1:2:3:4:5:6:7:1.2.3.4", ""},
    {"V6OneColon", ":", ""},
    {"V6Brackets", "[::1]", ""},
};
INSTANTIATE_TEST_SUITE_P(Texts, ParseIp, testing::ValuesIn(kAddresses), name_of);

class ParsePrefix : public testing::TestWithParam<Spelling> {};

TEST_P(ParsePrefix, AcceptsOnlyNetworks) { check(GetParam(), &parse_prefix); }

const Spelling kPrefixes[]{
    {"V4", "10.0.0.0/8", "10.0.0.0/8"},
    {"V4All", "0.0.0.0/0", "0.0.0.0/0"},
    {"V4Host", "10.0.0.1/32", "10.0.0.1/32"},
    {"V6", "2001:DB8::/32", "2001:db8::/32"},
    {"V6All", "::/0", "::/0"},
    {"V6Host", "2001:db8::1/128", "2001:db8::1/128"},
    {"HostBits", "10.0.0.1/24", ""},
    {"V6HostBits", "2001:db8::1/64", ""},
    {"NoLength", "10.0.0.0", ""},
    {"EmptyLength", "10.0.0.0/", ""},
    {"LengthTooLarge", "10.0.0.0/33", ""},
    {"V6LengthTooLarge", "2001:db8::/129", ""},
    {"NegativeLength", "10.0.0.0/-1", ""},
    {"LeadingZero", "10.0.0.0/08", ""},
    {"Mask", "10.0.0.0/255.0.0.0", ""},
    {"TwoLengths", "10.0.0.0/8/8", ""},
};
INSTANTIATE_TEST_SUITE_P(Texts, ParsePrefix, testing::ValuesIn(kPrefixes), name_of);

class ParseMac : public testing::TestWithParam<Spelling> {};

TEST_P(ParseMac, KnowsThreeSpellings) { check(GetParam(), &parse_mac); }

const Spelling kMacs[]{
    {"Colons", "02:00:5E:10:00:0a", "02:00:5e:10:00:0a"},
    {"Dashes", "02-00-5e-10-00-0a", "02:00:5e:10:00:0a"},
    {"Dots", "0200.5e10.000a", "02:00:5e:10:00:0a"},
    {"Bare", "02005e10000a", ""},
    {"Mixed", "02:00-5e:10:00:0a", ""},
    {"Short", "02:00:5e:10:00", ""},
    {"Long", "02:00:5e:10:00:0a:01", ""},
    {"NotHex", "02:00:5e:10:00:0g", ""},
    {"OneDigit", "2:0:5e:10:0:a", ""},
    {"Sign", "02:00:5e:10:00:+a", ""},
    {"Empty", "", ""},
};
INSTANTIATE_TEST_SUITE_P(Texts, ParseMac, testing::ValuesIn(kMacs), name_of);

TEST(ParseIp, ShowsForeignTextShortAndWithoutControlCharacters) {
  const auto error = parse_ip("1.2.3\n\x1b[2J" + std::string(500, 'x')).error();
  EXPECT_THAT(error.message, HasSubstr("1.2.3??[2J"));
  EXPECT_LT(error.message.size(), 100U);
}

TEST(ParsePrefix, SaysWhichNetworkWasMeant) {
  EXPECT_THAT(parse_prefix("10.1.2.3/16").error().message, HasSubstr("the network is 10.1.0.0/16"));
}

TEST(Key, IsTheMappedFormForIpv4AndSortsByFamilyAndNumber) {
  EXPECT_EQ(to_key(*parse_ip("10.0.0.1")),
            std::string("\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\x01", 16));
  const std::set<std::string> keys{to_key(*parse_ip("10.0.1.0")), to_key(*parse_ip("10.0.0.255")),
                                   to_key(*parse_ip("9.255.255.255"))};
  EXPECT_EQ(*keys.begin(), to_key(*parse_ip("9.255.255.255")));
  EXPECT_EQ(*keys.rbegin(), to_key(*parse_ip("10.0.1.0")));
}

TEST(Key, IsRefusedForTheOtherFamilyOrAnotherLength) {
  const std::string v4 = to_key(*parse_ip("10.0.0.1"));
  EXPECT_FALSE(from_key(v4, Family::V6));
  EXPECT_FALSE(from_key(to_key(*parse_ip("::1")), Family::V4));
  EXPECT_FALSE(from_key(v4.substr(1), Family::V4));
}

TEST(Contains, LooksAtFamilyAndBits) {
  const Prefix outer = *parse_prefix("10.0.0.0/24");
  EXPECT_TRUE(contains(outer, *parse_ip("10.0.0.0")));
  EXPECT_TRUE(contains(outer, *parse_ip("10.0.0.255")));
  EXPECT_FALSE(contains(outer, *parse_ip("10.0.1.0")));
  EXPECT_FALSE(contains(outer, *parse_ip("::a00:0")));
  EXPECT_TRUE(contains(outer, outer));
  EXPECT_FALSE(contains(outer, *parse_prefix("10.0.0.0/23")));
  EXPECT_FALSE(contains(*parse_prefix("::/0"), *parse_prefix("10.0.0.0/8")));
}

TEST(LastAddress, IsTheBroadcastAddressOfAnIpv4Prefix) {
  EXPECT_EQ(to_string(last_address(*parse_prefix("10.0.0.0/22"))), "10.0.3.255");
  EXPECT_EQ(to_string(last_address(*parse_prefix("0.0.0.0/0"))), "255.255.255.255");
  EXPECT_EQ(to_string(last_address(*parse_prefix("2001:db8::/127"))), "2001:db8::1");
  EXPECT_EQ(to_string(last_address(host_prefix(*parse_ip("::5")))), "::5");
}

TEST(MakeVlan, AcceptsOneTo4094) {
  EXPECT_EQ(make_vlan(1), VlanId{1});
  EXPECT_EQ(make_vlan(4094), VlanId{4094});
  for (const long long value : {-1LL, 0LL, 4095LL, 65537LL, 1LL << 32})
    EXPECT_FALSE(make_vlan(value));
}

TEST(MakeAsn, AcceptsFourBytesWithoutTheReservedOnes) {
  EXPECT_EQ(make_asn(1), Asn{1});
  EXPECT_EQ(make_asn(4'294'967'294), Asn{4'294'967'294U});
  for (const long long value : {-1LL, 0LL, 23456LL, 65535LL, 4'294'967'295LL, (1LL << 32) + 1})
    EXPECT_FALSE(make_asn(value)) << value;
}

TEST(ParseVrf, AcceptsOnlyWhatIsSafeInACommandLine) {
  EXPECT_EQ(parse_vrf("tenant-1_a")->value, "tenant-1_a");
  EXPECT_EQ(parse_vrf("abcdefghijklmno")->value, "abcdefghijklmno");
  for (const char* text : {"", "1a", "-a", "abcdefghijklmnop", "a b", "a;b", "a\nb", "a.b", "a/b",
                           "default", "mgmt", "a\xc3\xa4"})
    EXPECT_FALSE(parse_vrf(text)) << text;
}

TEST(ParsePortName, HasNoDotAndNoBlank) {
  for (const char* text : {"swp1", "Ethernet1/1", "Gi1/0/48", "xe-0_1"})
    EXPECT_EQ(parse_port_name(text), text);
  for (const char* text :
       {"", "1", "swp1.100", "swp 1", "swp1;", "/swp1", "swp1\n", "$(x)", "Ethernet1/1/1/1x"})
    EXPECT_FALSE(parse_port_name(text)) << text;
}

TEST(HostName, IsOneLowerCaseLabel) {
  for (const char* good : {"a", "srv-0001", "1a"})
    EXPECT_TRUE(is_host_name(good)) << good;
  EXPECT_TRUE(is_host_name(std::string(63, 'a')));
  for (const char* bad : {"", "-a", "a-", "A", "a.b", "a b", "a_b", "\xc3\xa4"})
    EXPECT_FALSE(is_host_name(bad)) << bad;
  EXPECT_FALSE(is_host_name(std::string(64, 'a')));
}

}  // namespace
}  // namespace switchyard
