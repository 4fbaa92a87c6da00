#include "core/key_pin.h"

#include <algorithm>

namespace switchyard {

bool is_key_pin(std::string_view text) {
  constexpr std::string_view kPrefix = "sha256//";
  if (text.size() != kPrefix.size() + 44 || !text.starts_with(kPrefix) || text.back() != '=')
    return false;
  text.remove_prefix(kPrefix.size());
  text.remove_suffix(1);
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' ||
           c == '/';
  });
}

}  // namespace switchyard
