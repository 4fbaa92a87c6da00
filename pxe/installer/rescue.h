// Lets people into the RAM system by ssh, with the task's keys and nothing else.
#pragma once

#include "core/result.h"
#include "pxe/installer/reporter.h"
#include "pxe/installer/task.h"

#include <string>

namespace switchyard::pxe::installer {

// Answers the fingerprint of the host key, which is new at each boot. Again: the keys are replaced.
[[nodiscard]] Result<std::string> start_rescue(const RescueWork& work, Reporter& reporter);

// Ends the sessions too. Without a rescue it does nothing.
void end_rescue();

}  // namespace switchyard::pxe::installer
