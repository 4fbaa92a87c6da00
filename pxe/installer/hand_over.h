// Boots another kernel in place of the RAM system, by kexec: no second pass of the firmware, and
// nothing that a one-time boot device could spoil.
#pragma once

#include "core/net.h"
#include "core/secret.h"
#include "pxe/installer/reporter.h"
#include "pxe/installer/service_client.h"
#include "pxe/installer/task.h"

#include <string>

namespace switchyard::pxe::installer {

// The other system's, with the marks of HandOverWork::arguments replaced.
[[nodiscard]] std::string kernel_arguments(const HandOverWork& work, const Secret& session,
                                           const MacAddress& nic);

// Does not come back when it succeeds. Rejected: this kernel does not boot that one.
[[nodiscard]] Status hand_over(const HandOverWork& work, const std::string& arguments,
                               ServiceClient& service, Reporter& reporter);

}  // namespace switchyard::pxe::installer
