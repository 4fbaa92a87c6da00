#include "provisioner/judge_policy.h"

#include "switch-drivers/registry.h"

#include <utility>

namespace switchyard::provisioner {

Result<catalogs::JudgedText> judge_policy(std::string_view nos, std::string_view text) {
  auto judged = switch_drivers::judge_policy(nos, text);
  if (!judged) return tl::unexpected(judged.error());
  catalogs::JudgedText result{
      .policy = {.in = std::move(judged->addition.in), .out = std::move(judged->addition.out)}};
  for (const switch_drivers::PolicyFault& fault : judged->faults)
    result.faults.push_back({.line = fault.line, .message = fault.message});
  return result;
}

}  // namespace switchyard::provisioner
