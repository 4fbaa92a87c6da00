// Makes every disk of the server read as zeros and looks whether it does.
#pragma once

#include "pxe/installer/inspection.h"
#include "pxe/installer/reporter.h"

#include <vector>

namespace switchyard::pxe::installer {

struct Wiped {
  std::vector<WipedDisk> disks{};  // those that were written and read back
  Status outcome{};                // Rejected names every disk that failed
};

// Discards, then has the kernel write zeros (BLKZEROOUT), so far on every kind of disk.
[[nodiscard]] Wiped wipe(const std::vector<Disk>& disks, Reporter& reporter);

}  // namespace switchyard::pxe::installer
