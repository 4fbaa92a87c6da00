#include "provisioner/bmc/ipmi_answer.h"
#include "provisioner/bmc/ipmi_bmc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace switchyard::provisioner {
namespace {

using testing::HasSubstr;

TEST(IpmiPower, IsOnOrOffAndNothingElse) {
  EXPECT_EQ(ipmi::parse_power("Chassis Power is on\n"), Power::On);
  EXPECT_EQ(ipmi::parse_power("Chassis Power is off\n"), Power::Off);
  EXPECT_FALSE(ipmi::parse_power("Chassis Power is unknown\n"));
  EXPECT_FALSE(ipmi::parse_power(""));
}

TEST(IpmiBootFlags, AreReadFromTheData) {
  EXPECT_EQ(ipmi::parse_boot_flags("Boot parameter version: 1\nBoot parameter data: a004000000\n"),
            ipmi::boot_flags(BootDevice::Network, BootMode::Uefi));
  EXPECT_EQ(ipmi::parse_boot_flags("Boot parameter data: 8008000000"),
            ipmi::boot_flags(BootDevice::Disk, BootMode::Bios));
  for (const char* bad : {"", "Boot parameter data: ", "Boot parameter data: 00",
                          "Boot parameter data: zz04", "Boot parameter version: 1"})
    EXPECT_FALSE(ipmi::parse_boot_flags(bad)) << bad;
}

TEST(IpmiBootFlags, DifferInWords) {
  const auto wished = ipmi::boot_flags(BootDevice::Network, BootMode::Uefi);
  EXPECT_EQ(ipmi::difference(wished, wished), "");
  EXPECT_EQ(
      ipmi::difference({.valid = true, .persistent = true, .uefi = true, .device = 1}, wished),
      "a boot device for good instead of for once");
  EXPECT_EQ(ipmi::difference({}, wished),
            "boot device none instead of network, boot flags that are not valid, boot mode bios "
            "instead of uefi");
}

TEST(IpmiFru, PrefersTheProduct) {
  const BmcInventory found = ipmi::parse_fru(
      " Board Mfg             : Contoso\n Board Product         : B1\n Board Serial  : S-B\n"
      " Product Manufacturer  : \n Product Name          : R\x1b[7m: 7\n Product Serial : S-P\n");
  EXPECT_EQ(found.manufacturer, "Contoso");
  EXPECT_EQ(found.model, "R [7m: 7");
  EXPECT_EQ(found.serial, "S-P");
}

TEST(IpmiUrl, IsTakenApart) {
  EXPECT_EQ(parse_ipmi_url("ipmi://192.0.2.1")->port, 623);
  EXPECT_EQ(parse_ipmi_url("ipmi://192.0.2.1")->cipher, 17U);
  const auto url = parse_ipmi_url("ipmi://[2001:db8::7]:6230?cipher=3");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "2001:db8::7");
  EXPECT_EQ(url->port, 6230);
  EXPECT_EQ(url->cipher, 3U);
  EXPECT_EQ(parse_ipmi_url("ipmi://[2001:db8::7]")->port, 623);
  for (const char* bad : {"", "ipmi://", "http://x", "ipmi://x/", "ipmi://x/y", "ipmi://x?cipher=0",
                          "ipmi://x:0", "ipmi://u@x", "ipmi://-a b"})
    EXPECT_FALSE(parse_ipmi_url(bad)) << bad;
}

TEST(IpmiAccess, NeedsAUserAndHasNoCertificate) {
  const auto without = make_bmc({.server = "srv1", .type = "ipmi", .url = "ipmi://192.0.2.1"});
  ASSERT_FALSE(without);
  EXPECT_EQ(without.error().message, "BMC of srv1: IPMI needs a user and a password");
  EXPECT_FALSE(make_bmc({.server = "srv1",
                         .type = "ipmi",
                         .url = "ipmi://192.0.2.1",
                         .user = "u",
                         .insecure = true}));
}

TEST(IpmiAccess, AToolThatMakesNoSenseIsNamedWithTheServer) {
  const auto bmc = make_bmc({.server = "srv1",
                             .type = "ipmi",
                             .url = "ipmi://192.0.2.1",
                             .user = "u",
                             .ipmitool = "/bin/echo"});
  ASSERT_TRUE(bmc);
  const auto power = (*bmc)->power();
  ASSERT_FALSE(power);
  EXPECT_THAT(power.error().message, HasSubstr("BMC of srv1: ipmitool says no power state"));
}

}  // namespace
}  // namespace switchyard::provisioner
