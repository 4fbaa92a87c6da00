// Text of foreign origin (firmware, programs, the network) as one harmless line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace switchyard::pxe::installer {

// Printable ASCII only: control characters become spaces, all else '?'. At most `most` bytes, no
// spaces at its ends. Never longer than `text`, so that a bounded field always takes it.
[[nodiscard]] std::string printable(std::string_view text, std::size_t most);

}  // namespace switchyard::pxe::installer
