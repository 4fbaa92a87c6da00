#include "switch-drivers/port_intent.h"

#include "tests/switch-drivers/intents.h"

#include <gmock/gmock.h>

#include <functional>

namespace switchyard::switch_drivers {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(PortIntent, ExamplesOfEveryModeAreSound) {
  for (const PortIntent& intent :
       {shut_port(), provisioning_port(), limited_port(), routed_port(), segment_port()}) {
    EXPECT_TRUE(check(intent)) << check(intent).error().message;
  }
}

TEST(PortIntent, SurvivesJsonBothWays) {
  for (const PortIntent& intent :
       {shut_port(), provisioning_port(), limited_port(), routed_port(), segment_port()}) {
    const auto again = parse_port_intent(to_json_text(intent));
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(*again, intent);
  }
}

TEST(PortIntent, SummaryIsOneLineForAPerson) {
  EXPECT_EQ(summary(provisioning_port()), "provisioning: untagged 100");
  EXPECT_EQ(summary(limited_port()), "provisioning: untagged 100 for 172.16.100.1 fd64::1");
  EXPECT_EQ(summary(shut_port()), "shut");
  EXPECT_EQ(
      summary(routed_port()),
      "routed: vrf-prv .101 AS 4200000005 accepts 10.1.0.5/32 fd10:1::5/128 advertises 10.0.0.0/8 "
      "fd10::/16; vrf-pub .201 AS 4200000005 accepts 203.0.113.5/32 advertises 0.0.0.0/0");
}

struct Wrong {
  std::string name{};
  std::function<void(PortIntent&)> change{};
  std::string says{};
};

void PrintTo(const Wrong& wrong, std::ostream* out) { *out << wrong.name; }

class RefusedIntent : public testing::TestWithParam<Wrong> {};

TEST_P(RefusedIntent, SaysWhyAndNamesThePort) {
  PortIntent intent = routed_port();
  GetParam().change(intent);
  const auto status = check(intent);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Errc::Invalid);
  EXPECT_THAT(status.error().message, HasSubstr(GetParam().says));
}

const Wrong kWrong[] = {
    {"NotAHostRoute", [](PortIntent& i) { i.attachments[0].accept = {prefix("10.1.0.0/24")}; },
     "10.1.0.0/24"},
    {"AcceptsNothing", [](PortIntent& i) { i.attachments[0].accept.clear(); }, "no host route"},
    {"OneRouteTwice",
     [](PortIntent& i) {
       i.attachments[0].accept = {prefix("10.1.0.5/32"), prefix("10.1.0.5/32")};
     },
     "twice"},
    {"OneTagTwice", [](PortIntent& i) { i.attachments[1].tag = i.attachments[0].tag; },
     "sorted by tag"},
    {"OneVrfTwice", [](PortIntent& i) { i.attachments[1].vrf = i.attachments[0].vrf; },
     "two attachments are in VRF"},
    {"NotSorted", [](PortIntent& i) { std::swap(i.attachments[0], i.attachments[1]); }, "sorted"},
    {"NoAttachment", [](PortIntent& i) { i.attachments.clear(); }, "needs an attachment"},
    {"ShortHold", [](PortIntent& i) { i.attachments[0].hold = std::chrono::seconds{8}; }, "hold"},
    {"NoAsn", [](PortIntent& i) { i.attachments[0].server_asn = {}; }, "AS"},
    {"VlanOnRouted", [](PortIntent& i) { i.untagged = VlanId{100}; }, "no VLAN"},
    {"ShutWithVlan",
     [](PortIntent& i) {
       i = shut_port();
       i.untagged = VlanId{100};
     },
     "no VLAN"},
    {"ProvisioningWithout",
     [](PortIntent& i) {
       i = provisioning_port();
       i.untagged.reset();
     },
     "untagged"},
    {"ServicesOfARouted", [](PortIntent& i) { i.services = limited_port().services; },
     "only a provisioning port"},
    {"OneServiceTwice",
     [](PortIntent& i) {
       i = limited_port();
       i.services.push_back(i.services.front());
     },
     "twice"},
    {"SegmentWithout",
     [](PortIntent& i) {
       i = segment_port();
       i.untagged.reset();
       i.tagged.clear();
     },
     "needs a VLAN"},
    {"SegmentVlanTwice",
     [](PortIntent& i) {
       i = segment_port();
       i.tagged.push_back(*i.untagged);
     },
     "twice"},
    {"SmallMtu", [](PortIntent& i) { i.mtu = 1279; }, "MTU"},
    {"LongName", [](PortIntent& i) { i.port = "Ethernet1/1/1/1"; }, "15 characters"},
    {"HostilePort", [](PortIntent& i) { i.port = "swp1; reboot"; }, ""},
    {"NewlineInOwner", [](PortIntent& i) { i.owner = "x\nlink set dev up1 down"; }, "owner"},
    {"QuoteInOwner", [](PortIntent& i) { i.owner = "x\" down"; }, "owner"},
    {"ShellInOwner", [](PortIntent& i) { i.owner = "$(reboot)"; }, "owner"},
    {"OptionAsOwner", [](PortIntent& i) { i.owner = "-batch"; }, "owner"},
    {"MoreThanMaximum",
     [](PortIntent& i) {
       i.attachments[0].maximum_prefix = 1;
       i.attachments[0].accept = {prefix("10.1.0.5/32"), prefix("10.1.0.6/32")};
     },
     "maximum_prefix"},
};

INSTANTIATE_TEST_SUITE_P(Check, RefusedIntent, testing::ValuesIn(kWrong),
                         [](const auto& wrong) { return wrong.param.name; });

TEST(PortIntentJson, RefusesWhatItDoesNotKnow) {
  for (const char* text :
       {"", "[]", "{", R"({"port":"swp1","mode":"shut","extra":1})",
        R"({"port":"swp1","mode":"open"})", R"({"port":1,"mode":"shut"})",
        R"({"port":"swp1","mode":"provisioning","untagged":4095})",
        R"({"port":"swp1","mode":"provisioning","untagged":-1})",
        R"({"port":"swp1","mode":"provisioning","untagged":18446744073709551615})",
        R"({"port":"swp1","mode":"routed","attachments":[{"vrf":"a b"}]})"}) {
    const auto intent = parse_port_intent(text);
    ASSERT_FALSE(intent) << text;
    EXPECT_EQ(intent.error().code, Errc::Invalid);
  }
}

TEST(PortIntentJson, HasNoLineBreakWhateverTheOwner) {
  PortIntent intent = shut_port();
  intent.owner = "a\nb\x80";
  EXPECT_THAT(to_json_text(intent), Not(HasSubstr("\n")));
}

}  // namespace
}  // namespace switchyard::switch_drivers
