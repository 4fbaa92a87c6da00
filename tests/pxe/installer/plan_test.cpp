#include "pxe/installer/plan.h"

#include <gtest/gtest.h>

namespace switchyard::pxe::installer {
namespace {

const std::vector<Disk> kDisks{{.name = "sdc", .path = "/dev/sdc", .bytes = 8ULL << 30U},
                               {.name = "sda", .path = "/dev/sda", .bytes = 1ULL << 30U},
                               {.name = "sdb", .path = "/dev/sdb", .bytes = 8ULL << 30U}};

TEST(ChooseDisk, TakesTheSmallestThatIsLargeEnoughTiesByName) {
  EXPECT_EQ(choose_disk(Layout{}, kDisks)->name, "sdb");
}

TEST(ChooseDisk, TakesTheOneThatWasNamedOrNone) {
  EXPECT_EQ(choose_disk(Layout{.disk = "/dev/sda"}, kDisks)->name, "sda");
  EXPECT_EQ(choose_disk(Layout{.disk = "/dev/sdz"}, kDisks).error().message,
            "disk /dev/sdz does not exist");
  EXPECT_EQ(choose_disk(Layout{}, {kDisks[1]}).error().message, "no disk of at least 4 GiB");
}

TEST(PartitionPath, PutsAPAfterADigit) {
  EXPECT_EQ(partition_path("/dev/vda", 2), "/dev/vda2");
  EXPECT_EQ(partition_path("/dev/nvme0n1", 2), "/dev/nvme0n1p2");
}

TEST(Fstab, DoesNotWaitForABrokenEsp) {
  EXPECT_NE(fstab({.root = "r", .esp = "e"}).find("UUID=e /boot/efi vfat umask=0077,nofail"),
            std::string::npos);
}

}  // namespace
}  // namespace switchyard::pxe::installer
