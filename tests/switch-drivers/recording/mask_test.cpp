#include "switch-drivers/recording/mask.h"

#include <gtest/gtest.h>

namespace switchyard::switch_drivers {
namespace {

struct Masked {
  std::string name{};
  std::string text{};
  std::string shown{};
};

void PrintTo(const Masked& one, std::ostream* out) { *out << one.name; }

class Mask : public testing::TestWithParam<Masked> {};

TEST_P(Mask, TakesTheSecretAndLeavesTheRest) {
  EXPECT_EQ(masked(GetParam().text), GetParam().shown);
}

INSTANTIATE_TEST_SUITE_P(
    All, Mask,
    testing::Values(
        Masked{"Frr", " neighbor up1 password hunter2\n neighbor up1 timers 3 9\n",
               " neighbor up1 password ***\n neighbor up1 timers 3 9\n"},
        Masked{"Eos", "enable secret sha512 $6$abc$def\nhostname tor1",
               "enable secret ***\nhostname tor1"},
        Masked{"Json", R"({"user":"a","Password": "x y","mtu":1500})",
               R"({"user":"a","Password": "***","mtu":1500})"},
        Masked{"JsonWithoutAText", R"({"password":true,"mtu":1})", R"({"password":true,"mtu":1})"},
        Masked{"Xml", "<login><encrypted-password>$6$a</encrypted-password><name>b</name>",
               "<login><encrypted-password>***</encrypted-password><name>b</name>"},
        Masked{"Snmp", "snmp-server community public ro\n", "snmp-server community ***\n"},
        Masked{"BgpCommunityStays", " set community 65000:101\n", " set community 65000:101\n"},
        Masked{"OtherWordsStay", "service password-encryption\npasswords\nno secretariat\n",
               "service password-encryption\npasswords\nno secretariat\n"},
        Masked{"NothingFollows", "password\nnext", "password\nnext"}),
    [](const auto& one) { return one.param.name; });

TEST(Mask, TakesThePasswordWeLogInWithWhereverItIs) {
  EXPECT_EQ(masked("echo hunter2; echo hunter2x", "hunter2"), "echo ***; echo ***x");
}

}  // namespace
}  // namespace switchyard::switch_drivers
