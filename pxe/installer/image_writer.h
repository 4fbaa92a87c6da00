// Streams an image from the service to the disks, its SHA-256 computed on the way.
#pragma once

#include "pxe/installer/reporter.h"
#include "pxe/installer/service_client.h"
#include "pxe/installer/task.h"

#include <string>

namespace switchyard::pxe::installer {

// Unpacks a tar below `root`. Invalid when size or checksum are not as they should be.
[[nodiscard]] Status write_tar(const Image& image, const std::string& root, ServiceClient& service,
                               Reporter& reporter);

// Writes an image of a whole disk; it has no partition table before its checksum was right.
[[nodiscard]] Status write_raw(const Image& image, const Disk& disk, ServiceClient& service,
                               Reporter& reporter);

}  // namespace switchyard::pxe::installer
