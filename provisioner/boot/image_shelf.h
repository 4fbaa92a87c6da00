// The OS images of the boot folder: images/NAME.FORMAT beside images/NAME.json, as
// pxe/installer/image/build-debian.sh writes them.
#pragma once

#include "core/result.h"
#include "pxe/installer/task.h"

#include <string>
#include <string_view>

namespace switchyard::provisioner {

// Reads the manifest at each call, so a new image needs no restart. NotFound: no manifest; Invalid:
// it is none, or the image's file is missing or of another size.
[[nodiscard]] Result<pxe::installer::Image> find_image(const std::string& folder,
                                                       const std::string& name);

// {"name":"debian-12","format":"tar.zst","bytes":121956691,"sha256":"…"}. Pure.
[[nodiscard]] Result<pxe::installer::Image> parse_manifest(const std::string& name,
                                                           std::string_view text);

}  // namespace switchyard::provisioner
