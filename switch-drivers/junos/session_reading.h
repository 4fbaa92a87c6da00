// The sessions of routed ports from what a switch says of its neighbours and routes. Pure.
#pragma once

#include "switch-drivers/driver.h"
#include "switch-drivers/transport/netconf.h"

#include <span>
#include <string>
#include <vector>

namespace switchyard::switch_drivers::junos {

// What to ask for these ports.
[[nodiscard]] std::vector<std::string> session_queries(std::span<const PortIntent> ports);

// The answers to that, as reports: one an attachment. Rejected: they are no such answers.
[[nodiscard]] Result<std::vector<SessionReport>> session_reports(
    std::span<const PortIntent> ports, std::span<const NetconfReply> replies);

}  // namespace switchyard::switch_drivers::junos
