// What catalogs may add to the policies of sessions, in Junos' words (`display set`):
//
//   set policy-statement IN then community add 65000:101
//   set policy-statement IN then local-preference 200
//   set policy-statement OUT then as-path-prepend "65001 65001"
//
// IN is what the server says, OUT what it is told. `then` marks a route, a `from community` more
// can only refuse one. Everything else is refused (decision 0011).
#pragma once

#include "switch-drivers/junos/statements.h"
#include "switch-drivers/policy_text.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::switch_drivers::junos {

[[nodiscard]] JudgedPolicy judge_policy(std::string_view text);

// A line of an addition that did not come from judge_policy(): Invalid.
[[nodiscard]] Status check_policy(const PolicyAddition& addition);

// The lines of one direction as statements beneath a term.
struct SplitAddition {
  std::vector<Statement> statements{};
  std::map<std::string, std::string> communities{};  // name of the object -> its members
  bool sets_communities{};                           // takes the place of all the server gave

  [[nodiscard]] bool says(const Path& path) const;
};

[[nodiscard]] SplitAddition split_addition(const std::vector<std::string>& lines);

}  // namespace switchyard::switch_drivers::junos
