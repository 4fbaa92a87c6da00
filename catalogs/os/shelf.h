// The boot folder, where the files of OS images lie.
#pragma once

#include "catalogs/os/image_definition.h"

#include <string>
#include <vector>

namespace switchyard::catalogs::os {

enum class Depth : std::uint8_t {
  Size,   // is it there, and as long as it should be
  Digest  // and are its bytes the right ones: it is read to its end, some 3 s a GiB
};

// What of these files is not as their image says; the message says how it is.
[[nodiscard]] std::vector<Fault> check_shelf(const std::string& boot_folder,
                                             const std::vector<ShelfFile>& files, Depth depth);

}  // namespace switchyard::catalogs::os
