// How a public key is named that a client pins.
#pragma once

#include <string_view>

namespace switchyard {

// "sha256//" and the base64 of 32 bytes, as curl's --pinnedpubkey has it.
[[nodiscard]] bool is_key_pin(std::string_view text);

}  // namespace switchyard
