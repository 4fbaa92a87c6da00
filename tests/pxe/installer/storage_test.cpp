#include "pxe/installer/storage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace switchyard::pxe::installer {
namespace {

using testing::HasSubstr;

const std::vector<Disk> kDisks{{.name = "sdc", .path = "/dev/sdc", .bytes = 8ULL << 30U},
                               {.name = "sda", .path = "/dev/sda", .bytes = 1ULL << 30U},
                               {.name = "sdb", .path = "/dev/sdb", .bytes = 8ULL << 30U}};

std::vector<std::string> lines_of(const std::vector<Command>& commands) {
  std::vector<std::string> lines;
  for (const Command& command : commands) {
    lines.emplace_back();
    for (const auto& word : command)
      lines.back() += (lines.back().empty() ? "" : " ") + word;
  }
  return lines;
}

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

TEST(PlanStorage, PutsAFilesystemOnThePartition) {
  const auto plan = plan_storage(Layout{}, kDisks, "g");
  EXPECT_EQ(plan->root, "/dev/sdb3");
  EXPECT_EQ(lines_of(plan->build), (std::vector<std::string>{
                                       "mkfs.vfat -F 32 -n ESP /dev/sdb2",
                                       "mkfs.ext4 -q -F -L root /dev/sdb3",
                                   }));
  EXPECT_TRUE(plan->stop.empty());
}

TEST(PlanStorage, MirrorsTwoDisksThatBothHaveAnEsp) {
  const auto plan = plan_storage(Layout{.raid1 = true}, kDisks, "g");
  EXPECT_EQ(plan->root, "/dev/md0");
  EXPECT_EQ(plan->esps, (std::vector<std::string>{"/dev/sdb2", "/dev/sdc2"}));
  EXPECT_THAT(lines_of(plan->build)[0], HasSubstr("--raid-devices=2 /dev/sdb3 /dev/sdc3"));
  EXPECT_THAT(plan->table, HasSubstr("A19D880F"));
}

TEST(PlanStorage, PutsTheVolumeGroupOnTheMirrorAndStopsItFirst) {
  const auto plan = plan_storage(Layout{.raid1 = true, .lvm = true}, kDisks, "g");
  EXPECT_EQ(plan->root, "/dev/mapper/g-root");
  EXPECT_EQ(lines_of(plan->build)[2], "lvm vgcreate -y g /dev/md0");
  EXPECT_EQ(lines_of(plan->stop),
            (std::vector<std::string>{"lvm vgchange -an g", "mdadm --stop /dev/md0"}));
}

TEST(PlanStorage, NeedsASecondDiskForAMirror) {
  const auto plan = plan_storage(Layout{.raid1 = true}, {kDisks[0], kDisks[1]}, "g");
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().message, "RAID1: no second disk of at least 4 GiB beside /dev/sdc");
}

}  // namespace
}  // namespace switchyard::pxe::installer
