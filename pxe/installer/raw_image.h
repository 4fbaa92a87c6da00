// What is done to an image of a whole disk after it was written.
#pragma once

#include "pxe/installer/inspection.h"
#include "pxe/installer/reporter.h"

#include <string>

namespace switchyard::pxe::installer {

// Finds the root (the largest ext4 filesystem) and makes it as large as the disk allows. Gives its
// device. Rejected when the image has none.
[[nodiscard]] Result<std::string> grow_root(const Disk& disk, Reporter& reporter);

}  // namespace switchyard::pxe::installer
