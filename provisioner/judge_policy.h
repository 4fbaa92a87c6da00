// The NOSes' parsers as the judges of what catalogs render for switches.
#pragma once

#include "catalogs/render_switch.h"

#include <string_view>

namespace switchyard::provisioner {

// A catalogs::JudgePolicy.
[[nodiscard]] Result<catalogs::JudgedText> judge_policy(std::string_view nos,
                                                        std::string_view text);

}  // namespace switchyard::provisioner
