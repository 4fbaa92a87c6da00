// Small pieces of text that the parsers of core/net.h share. Internal to core.
#pragma once

#include "core/result.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace switchyard::net_text {

// Foreign text as an error may show it: short and without control characters.
[[nodiscard]] std::string shown(std::string_view text);

// "not <what>: '<text>'", Invalid.
[[nodiscard]] tl::unexpected<Error> not_a(std::string_view what, std::string_view text);

// Digits only, at most `most` of them, no sign, and no leading zero in base 10.
[[nodiscard]] std::optional<unsigned> number(std::string_view text, std::size_t most, int base);

// Lower case, without leading zeros.
[[nodiscard]] std::string hex(unsigned value);

}  // namespace switchyard::net_text
