// The files of a server as a tar archive (POSIX ustar), for whoever can unpack one. Pure.
#pragma once

#include "core/result.h"
#include "provisioner/bmc/install_order.h"

#include <string>
#include <vector>

namespace switchyard::provisioner {

// Owners go by name, and are root where the one who unpacks knows no such user. Invalid: a path the
// format has no room for.
[[nodiscard]] Result<std::string> files_tar(const std::vector<HostFile>& files);

}  // namespace switchyard::provisioner
