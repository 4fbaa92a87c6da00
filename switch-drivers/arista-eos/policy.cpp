#include "switch-drivers/arista-eos/policy.h"

#include "switch-drivers/frr/policy.h"

#include <algorithm>

namespace switchyard::switch_drivers::arista_eos {

namespace {

// Why EOS cannot be told this line, which FRR could; "" when it can.
std::string_view foreign(std::string_view line) {
  if (line.find("match origin") != std::string_view::npos)
    return "\"match origin\" is not there on EOS";
  if (line.starts_with("set community") && line.find("graceful-shutdown") != std::string_view::npos)
    return "graceful-shutdown cannot be set on EOS yet";
  return {};
}

}  // namespace

JudgedPolicy judge_policy(std::string_view text) {
  JudgedPolicy judged = frr::judge_policy(text);
  int number = 1;
  for (std::string_view rest = text; !rest.empty(); ++number) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (line.starts_with('!')) continue;
    if (const auto why = foreign(line); !why.empty())
      judged.faults.push_back({number, std::string(why)});
  }
  std::ranges::stable_sort(judged.faults, {}, &PolicyFault::line);
  return judged;
}

Status check_policy(const PolicyAddition& addition) {
  if (auto status = frr::check_policy(addition); !status) return status;
  for (const auto* lines : {&addition.in, &addition.out})
    for (const std::string& line : *lines)
      if (const auto why = foreign(line); !why.empty())
        return failure(Errc::Invalid, std::string(why));
  return {};
}

}  // namespace switchyard::switch_drivers::arista_eos
