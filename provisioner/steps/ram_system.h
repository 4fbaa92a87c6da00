// What the steps that need our RAM system on a server share. Internal to the steps.
#pragma once

#include "provisioner/steps/steps.h"

#include <optional>
#include <string>

namespace switchyard::provisioner {

// An error of the server's management as the step answers it.
[[nodiscard]] StepOutcome failed(const Error& error, const Job& job);

// What it is doing, for people: "writing the disk, 40 %".
[[nodiscard]] std::string with_progress(const BootStatus& status);

// Nothing when our RAM system runs on the server and waits for work or is at this operation's. A
// server that lost its power, fell silent at work or booted something else is booted once more from
// the start, until the deadline of the step; the work begins anew then.
[[nodiscard]] std::optional<StepOutcome> bring_into_installer(const Job& job,
                                                              const BootStatus& status,
                                                              ServerBoot& server);

}  // namespace switchyard::provisioner
