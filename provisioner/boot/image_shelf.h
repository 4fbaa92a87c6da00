// The OS images of the boot folder: images/NAME.FORMAT beside images/NAME.json, as
// pxe/installer/image/build-debian.sh writes them; or a NAME.json that leads to a distribution's
// own installer (unattended.h).
#pragma once

#include "core/result.h"
#include "provisioner/boot/unattended.h"
#include "pxe/installer/task.h"

#include <string>
#include <string_view>
#include <variant>

namespace switchyard::provisioner {

using ShelfEntry = std::variant<pxe::installer::Image, NativeInstaller>;

// Reads the manifest at each call, so a new image needs no restart. NotFound: no manifest; Invalid:
// it is none, or a file it speaks of is missing or of another size.
[[nodiscard]] Result<ShelfEntry> find_image(const std::string& folder, const std::string& name);

// {"name":"debian-12","format":"tar.zst","bytes":121956691,"sha256":"…"}. Pure.
[[nodiscard]] Result<ShelfEntry> parse_manifest(const std::string& name, std::string_view text);

}  // namespace switchyard::provisioner
