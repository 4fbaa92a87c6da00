// What catalogs may add to the route maps of sessions, in FRR's words:
//
//   route-map IN permit 10
//    set community 65000:101
//    set local-preference 200
//   exit
//
// IN is what the server says, OUT what it is told. One entry each, and of lines only those of
// policy.cpp's table: `set` marks a route, a `match` more can only refuse one.
#pragma once

#include "switch-drivers/policy_text.h"

#include <string>
#include <string_view>
#include <vector>

namespace switchyard::switch_drivers::frr {

[[nodiscard]] JudgedPolicy judge_policy(std::string_view text);

// A line of an addition that did not come from judge_policy(): Invalid.
[[nodiscard]] Status check_policy(const PolicyAddition& addition);

// What a line of a route map sets or matches, without the value ("set community"); "" for a line
// that catalogs cannot add.
[[nodiscard]] std::string_view policy_key(std::string_view line);

// `base` and `added`; of two lines that set the same the added one.
[[nodiscard]] std::vector<std::string> joined_policy(std::vector<std::string> base,
                                                     const std::vector<std::string>& added);

// The policy of a session that should be used by nobody who has another one (RFC 8326): both sides
// are told the community, whose receivers prefer any other path, and a longer AS path for those who
// do not know it. `own`: the switch's AS.
[[nodiscard]] std::vector<std::string> drained_in(std::vector<std::string> policy);
[[nodiscard]] std::vector<std::string> drained_out(std::vector<std::string> policy, Asn own);

}  // namespace switchyard::switch_drivers::frr
