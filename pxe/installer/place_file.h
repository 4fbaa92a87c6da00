// Puts a file of a task into the root of an image.
#pragma once

#include "core/result.h"
#include "pxe/installer/task.h"

namespace switchyard::pxe::installer {

// Whole or not at all; parents are made. A symlink of the image is followed inside `root` only, as
// if `root` were "/". The owner is looked up in the image.
[[nodiscard]] Status place_file(const std::string& root, const TaskFile& file);

// Rejected when the file below `root` has another content or mode than it should have.
[[nodiscard]] Status has_content(const std::string& root, const TaskFile& file);

}  // namespace switchyard::pxe::installer
