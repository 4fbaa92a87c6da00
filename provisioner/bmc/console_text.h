// What a serial console printed, as text that may be kept and shown. Pure.
#pragma once

#include <string>
#include <string_view>

namespace switchyard::provisioner {

enum class Beginning { Whole, Cut };  // whether bytes before these are gone

// Printable ASCII and line feeds: terminal sequences (ECMA-48) and all other bytes are left out.
// Tokens of ours are masked: every run of 32 hex digits or more, also one that a terminal has
// broken into lines. Of a text whose beginning was cut the first line is left out, for it may be
// the rest of one.
[[nodiscard]] std::string console_text(std::string_view bytes, Beginning beginning);

}  // namespace switchyard::provisioner
