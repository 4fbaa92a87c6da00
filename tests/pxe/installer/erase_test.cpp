#include "pxe/installer/erase.h"

#include <gtest/gtest.h>

namespace switchyard::pxe::installer {
namespace {

using std::chrono::minutes;

const Disk kDisk{.name = "sda", .path = "/dev/sda"};

// The security part of `hdparm -I` (hdparm 9.65), as it is laid out for a disk of ours and after a
// power cut in the middle of an erase.
std::string hdparm_text(const std::string& enabled, const std::string& locked,
                        const std::string& frozen) {
  return "\n/dev/sda:\n\nATA device, with non-removable media\n"
         "Enabled\tSupported:\n\t   *\tSecurity Mode feature set\n"
         "Security: \n\tMaster password revision code = 65534\n\t\tsupported\n" +
         enabled + locked + frozen +
         "\tnot\texpired: security count\n\t\tsupported: enhanced erase\n"
         "\t2min for SECURITY ERASE UNIT. 508min for ENHANCED SECURITY ERASE UNIT.\n"
         "Logical Unit WWN Device Identifier: 5000000000000000\n\tnot\tsupported\n";
}

const std::string kFree = hdparm_text("\tnot\tenabled\n", "\tnot\tlocked\n", "\tnot\tfrozen\n");

TEST(AtaAbilities, AreReadFromTheSecurityPartOnly) {
  const auto seen = parse_ata_abilities(kFree);
  EXPECT_TRUE(seen.supported);
  EXPECT_FALSE(seen.enabled);
  EXPECT_FALSE(seen.frozen);
  EXPECT_TRUE(seen.enhanced);
  EXPECT_EQ(seen.erase, minutes{2});
  EXPECT_EQ(seen.enhanced_erase, minutes{508});
}

TEST(AtaAbilities, OfADiskWithoutTheFeatureAreNone) {
  EXPECT_FALSE(parse_ata_abilities("Capabilities:\n\tsupported\n").supported);
  EXPECT_FALSE(parse_ata_abilities("").supported);
}

TEST(AtaWays, SetAPasswordAndEraseWithTheTimeTheDiskAsksFor) {
  const auto ways = ata_ways(kDisk, parse_ata_abilities(kFree));
  ASSERT_EQ(ways.size(), 1U);
  ASSERT_EQ(ways[0].commands.size(), 2U);
  EXPECT_EQ(ways[0].commands[0][3], "--security-set-pass");
  EXPECT_EQ(ways[0].commands[1][3], "--security-erase-enhanced");
  EXPECT_EQ(ways[0].deadline, minutes{1016});
}

TEST(AtaWays, UnlockADiskThatAPowerCutLeftLocked) {
  const auto ways = ata_ways(
      kDisk, parse_ata_abilities(hdparm_text("\t\tenabled\n", "\t\tlocked\n", "\tnot\tfrozen\n")));
  ASSERT_EQ(ways.size(), 1U);
  EXPECT_EQ(ways[0].commands[0][3], "--security-unlock");
  EXPECT_EQ(ways[0].commands.size(), 2U);
}

TEST(AtaWays, AreNoneForAFrozenDisk) {
  EXPECT_TRUE(ata_ways(kDisk, parse_ata_abilities(hdparm_text("\tnot\tenabled\n", "\tnot\tlocked\n",
                                                              "\t\tfrozen\n")))
                  .empty());
}

TEST(NvmeAbilities, AreReadFromTheControllersBits) {
  const auto seen = parse_nvme_abilities(R"({"oacs":266,"fna":4})");
  EXPECT_TRUE(seen->format);
  EXPECT_TRUE(seen->crypto_erase);
  EXPECT_FALSE(seen->whole);
  EXPECT_FALSE(parse_nvme_abilities(R"({"oacs":"2"})")->format);
  EXPECT_FALSE(parse_nvme_abilities("[]"));
}

TEST(NvmeWays, TryTheEraseOfDataBeforeThatOfTheKey) {
  const auto ways = nvme_ways(kDisk, {.format = true, .crypto_erase = true});
  ASSERT_EQ(ways.size(), 2U);
  EXPECT_EQ(ways[0].commands[0].back(), "--ses=1");
  EXPECT_TRUE(nvme_ways(kDisk, {}).empty());
}

}  // namespace
}  // namespace switchyard::pxe::installer
