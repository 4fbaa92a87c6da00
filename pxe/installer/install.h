// Installs an image. Nothing on the disk boots before the image's checksum was right.
#pragma once

#include "pxe/installer/inspection.h"
#include "pxe/installer/reporter.h"
#include "pxe/installer/service_client.h"

namespace switchyard::pxe::installer {

// Only tar images, without RAID or LVM, so far: Invalid otherwise, before a disk is touched.
[[nodiscard]] Status install(const InstallWork& work, const Inspection& server,
                             ServiceClient& service, Reporter& reporter);

}  // namespace switchyard::pxe::installer
