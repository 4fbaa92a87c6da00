// How Debian's ipmitool is called, and what it says.
#pragma once

#include "core/process.h"
#include "provisioner/bmc/bmc.h"
#include "provisioner/bmc/ipmi_bmc.h"

#include <string>
#include <string_view>
#include <vector>

namespace switchyard::provisioner {

// To the BMC at `url`, with the user of `access`. The password is in the environment, which only
// its owner can read; an argument could be read by everybody.
[[nodiscard]] Command ipmitool_command(const BmcAccess& access, const IpmiUrl& url,
                                       const std::vector<std::string>& words);

// The beginning of what it printed, as one clause of printable ASCII.
[[nodiscard]] std::string ipmitool_clause(std::string_view printed);

}  // namespace switchyard::provisioner
