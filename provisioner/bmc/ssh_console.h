// A serial console over SSH (Redfish: SerialConsole.SSH), by libssh. Internal to provisioner/bmc.
#pragma once

#include "core/process.h"
#include "provisioner/bmc/console_follow.h"

namespace switchyard::provisioner {

// follow_console() of this protocol.
[[nodiscard]] Status follow_ssh(const BmcAccess& access, const ConsoleAddress& at,
                                const ProcessLimits& limits, const Heard& heard);

}  // namespace switchyard::provisioner
