// Takes passwords and keys out of what switches are asked and answer.
#pragma once

#include <string>
#include <string_view>

namespace switchyard::switch_drivers {

// What stands after a word like "password", "secret" or "key-string" becomes "***": the value of a
// JSON field or of an XML element, else the rest of the line. So does every occurrence of `own`
// (empty: none), the password we log in with. A community of SNMP goes, one of BGP stays.
[[nodiscard]] std::string masked(std::string_view text, std::string_view own = {});

}  // namespace switchyard::switch_drivers
