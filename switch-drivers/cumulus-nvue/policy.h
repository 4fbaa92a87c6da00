// What catalogs may add to the policies of sessions, in NVUE's words:
//
//   nv set router policy route-map IN rule 10 set local-preference 200
//   nv set router policy route-map OUT rule 10 set community 65000:101
//
// IN is what the server says, OUT what it is told. `set` marks a route; nothing here can accept or
// refuse one. Everything else is refused (decision 0011).
#pragma once

#include "switch-drivers/cumulus-nvue/leaves.h"
#include "switch-drivers/policy_text.h"

#include <string>
#include <string_view>
#include <vector>

namespace switchyard::switch_drivers::cumulus_nvue {

[[nodiscard]] JudgedPolicy judge_policy(std::string_view text);

// A line of an addition that did not come from judge_policy(): Invalid.
[[nodiscard]] Status check_policy(const PolicyAddition& addition);

// The lines of one direction as leaves beneath `set` of a rule.
[[nodiscard]] Leaves policy_sets(const std::vector<std::string>& lines);

}  // namespace switchyard::switch_drivers::cumulus_nvue
