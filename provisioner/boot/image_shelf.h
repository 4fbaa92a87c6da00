// The files of OS images in the boot folder, and what an install makes of them.
#pragma once

#include "catalogs/os/image_definition.h"
#include "core/result.h"
#include "provisioner/boot/unattended.h"
#include "pxe/installer/task.h"

#include <string>
#include <string_view>
#include <variant>

namespace switchyard::provisioner {

using ShelfEntry = std::variant<pxe::installer::Image, NativeInstaller>;

// An image of the inventory: images/NAME.FORMAT beside its manifest images/NAME.json, as
// pxe/installer/image/build-debian.sh writes them. The manifest is read at each call, so a new
// image needs no restart. NotFound: no manifest; Invalid: it is none, or the file is missing or of
// another size.
[[nodiscard]] Result<ShelfEntry> find_manifest(const std::string& folder, const std::string& name);

// {"name":"debian-12","format":"tar.zst","bytes":121956691,"sha256":"…"}. Pure.
[[nodiscard]] Result<pxe::installer::Image> parse_manifest(const std::string& name,
                                                           std::string_view text);

// An image that was pushed. Invalid: a file it needs is missing or of another size.
[[nodiscard]] Result<ShelfEntry> find_pushed(const std::string& folder,
                                             const catalogs::os::ImageDefinition& image,
                                             const catalogs::TemplateFiles& files);

}  // namespace switchyard::provisioner
