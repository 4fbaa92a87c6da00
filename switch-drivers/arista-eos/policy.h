// What catalogs may add to the route maps of sessions, in the words of EOS (decision 0011):
//
//   route-map IN permit 10
//    set community 65000:101
//    set local-preference 200
//   exit
//
// The same entries as in frr/policy.h but for what EOS does not have (`match origin`) or spells
// differently (graceful-shutdown is GSHUT there: not offered yet).
#pragma once

#include "switch-drivers/policy_text.h"

#include <string_view>

namespace switchyard::switch_drivers::arista_eos {

[[nodiscard]] JudgedPolicy judge_policy(std::string_view text);

// A line of an addition that did not come from judge_policy(): Invalid.
[[nodiscard]] Status check_policy(const PolicyAddition& addition);

}  // namespace switchyard::switch_drivers::arista_eos
