// Looks at the server the RAM system runs in: /sys, /proc and SMBIOS. What cannot be read is left
// empty.
#pragma once

#include "pxe/installer/inspection.h"

#include <string>

namespace switchyard::pxe::installer {

[[nodiscard]] Inspection inspect();

// The first line of a file without control characters and blanks at its ends; empty when there is
// none.
[[nodiscard]] std::string read_line(const std::string& path);

}  // namespace switchyard::pxe::installer
