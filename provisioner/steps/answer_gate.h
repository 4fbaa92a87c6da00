// The end of a deployment as vantage points see it: whether its host routes answer.
#pragma once

#include "core/db/pool.h"
#include "provisioner/steps/steps.h"

#include <optional>
#include <string>

namespace switchyard::provisioner {

// How long a deployment waits for an answer that is no condition: an image may drop ICMP.
inline constexpr std::chrono::seconds kLongestCourtesy{10};

// Inside a unit of work, and only when the sessions are as they should be: what the deployment
// still waits for, nothing when it may be active. What did not answer then is a line of its
// timeline. A vantage point that is a gate is waited for as long as the step may last.
[[nodiscard]] std::optional<std::string> unanswered(db::Session& session, const Job& job);

}  // namespace switchyard::provisioner
