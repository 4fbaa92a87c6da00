// Decides what an installation does to disks. Pure: reads nothing, runs nothing.
#pragma once

#include "core/result.h"
#include "pxe/installer/inspection.h"
#include "pxe/installer/task.h"

#include <string>
#include <vector>

namespace switchyard::pxe::installer {

using Command = std::vector<std::string>;  // a program and its arguments

// Every disk gets the same three partitions; the third is the root, or a part of what carries it:
// RAID1 over the third partitions, LVM on that or on the partition, the filesystem on top.
struct StoragePlan {
  std::vector<Disk> disks{};     // the first is where the server boots from; two for RAID1
  std::string table{};           // input of sfdisk, for each disk
  std::vector<Command> build{};  // makes the filesystems, in order
  std::string root{};            // the device to mount
  std::vector<std::string> esps{};
  std::vector<Command> stop{};  // lets go of the disks, in order, after unmounting
};

// `group` names the volume group: letters and digits, not the name of one on another disk.
// NotFound says which disk is missing.
[[nodiscard]] Result<StoragePlan> plan_storage(const Layout& layout, const std::vector<Disk>& disks,
                                               const std::string& group);

// "auto": the smallest disk of at least 4 GiB, ties by name. NotFound names what was looked for.
[[nodiscard]] Result<Disk> choose_disk(const Layout& layout, const std::vector<Disk>& disks);

// "/dev/vda" 2 -> "/dev/vda2"; "/dev/nvme0n1" 2 -> "/dev/nvme0n1p2".
[[nodiscard]] std::string partition_path(const std::string& disk, int number);

}  // namespace switchyard::pxe::installer
