// Makes every disk of the server read as zeros and looks whether it does.
#pragma once

#include "pxe/installer/inspection.h"
#include "pxe/installer/reporter.h"

#include <vector>

namespace switchyard::pxe::installer {

struct Wiped {
  std::vector<WipedDisk> disks{};  // those that were erased and read back
  Status outcome{};                // Rejected names every disk that failed
};

// The disk's own erase first (it reaches what no address names any more), then zeros wherever it
// does not read as zeros. One disk that fails does not spare the others. No disk at all is a
// failure too: more likely its driver is missing than that the server has none.
[[nodiscard]] Wiped wipe(const std::vector<Disk>& disks, Reporter& reporter);

}  // namespace switchyard::pxe::installer
