// The sessions of routed ports from what a switch says of its neighbours and routes. Pure.
#pragma once

#include "switch-drivers/driver.h"
#include "switch-drivers/transport/http_client.h"

#include <span>
#include <vector>

namespace switchyard::switch_drivers::cumulus_nvue {

// What to ask for these ports.
[[nodiscard]] std::vector<HttpRequest> session_queries(std::span<const PortIntent> ports);

// The answers to that, as reports: one an attachment. "Not found" is an answer: of a neighbour that
// is not there. Rejected: they are no such answers.
[[nodiscard]] Result<std::vector<SessionReport>> session_reports(
    std::span<const PortIntent> ports, std::span<const HttpAnswer> answers);

}  // namespace switchyard::switch_drivers::cumulus_nvue
