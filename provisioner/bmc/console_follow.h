// Reads a server's serial console where its BMC offers one.
#pragma once

#include "core/result.h"
#include "provisioner/bmc/bmc.h"

#include <functional>
#include <stop_token>
#include <string_view>

namespace switchyard::provisioner {

using Heard = std::function<void(std::string_view bytes)>;

// Tells `heard` what the console prints until stopped, `kLongestConsole` is over, or the BMC ends
// it; nothing is ever typed. Serial over LAN (`ipmitool sol activate`) for IPMI, and for a Redfish
// BMC that offers it; SSH for a Redfish BMC of which the inventory says `insecure`, for nothing
// pins the host key of its console. One reader a console: while we read, a BMC turns others away.
// NotFound: it offers none; Invalid: none that we would read; others: the console ended or refuses.
[[nodiscard]] Status follow_console(const BmcAccess& access, const std::stop_token& stop,
                                    const Heard& heard);

inline constexpr std::chrono::hours kLongestConsole{1};  // then it is opened anew

}  // namespace switchyard::provisioner
