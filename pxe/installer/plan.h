// Decides what an installation does to a disk. Pure: reads nothing, runs nothing.
#pragma once

#include "core/result.h"
#include "pxe/installer/inspection.h"
#include "pxe/installer/task.h"

#include <string>
#include <vector>

namespace switchyard::pxe::installer {

// "auto": the smallest disk of at least 4 GiB, ties by name. NotFound names what was looked for.
[[nodiscard]] Result<Disk> choose_disk(const Layout& layout, const std::vector<Disk>& disks);

// "/dev/vda" 2 -> "/dev/vda2"; "/dev/nvme0n1" 2 -> "/dev/nvme0n1p2".
[[nodiscard]] std::string partition_path(const std::string& disk, int number);

// Input of sfdisk: GPT with 1 a BIOS boot partition (2 MiB), 2 the ESP (256 MiB), 3 the root.
[[nodiscard]] std::string partition_table();

struct Uuids {
  std::string root{}, esp{};
};

[[nodiscard]] std::string fstab(const Uuids& uuids);

// The commands, to be run in the image's root, that make the disk bootable, in order.
[[nodiscard]] std::vector<std::vector<std::string>> bootloader_commands(Firmware firmware,
                                                                        const std::string& disk);

}  // namespace switchyard::pxe::installer
