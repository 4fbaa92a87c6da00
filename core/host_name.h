// What a name on the network may be.
#pragma once

#include <string_view>

namespace switchyard {

// The name a server gives itself: one label of RFC 1123, 1..63 of [a-z0-9-], no '-' at its ends.
[[nodiscard]] bool is_host_name(std::string_view text);

}  // namespace switchyard
