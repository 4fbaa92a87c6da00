// The NOSes' parsers as the judges of what catalogs render for switches.
#pragma once

#include "catalogs/render_switch.h"

#include <string_view>
#include <vector>

namespace switchyard::provisioner {

// A catalogs::JudgePolicy.
[[nodiscard]] Result<catalogs::JudgedText> judge_policy(std::string_view nos,
                                                        std::string_view text);

// All faults of a catalog as one error, one a line.
[[nodiscard]] Error refused(const std::vector<catalogs::Fault>& faults);

}  // namespace switchyard::provisioner
