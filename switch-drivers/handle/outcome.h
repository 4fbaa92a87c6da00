// What is told of a change: the first complaint of the switch, and the verdict on a port.
#pragma once

#include "switch-drivers/driver.h"
#include "switch-drivers/transport/shell.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::switch_drivers::handle {

// At most 160 characters, without control characters: fit for an error.
[[nodiscard]] std::string first_line(std::string_view text);

// What the switch complained about first, for a person; "" when it took everything.
[[nodiscard]] std::string complaint(std::span<const Answer> answers);

// Rejected, naming the first difference, unless nothing remains.
[[nodiscard]] PortOutcome judged(const std::string& port, std::vector<Difference> remaining,
                                 const std::string& complaint);

}  // namespace switchyard::switch_drivers::handle
