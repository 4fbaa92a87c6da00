#include "core/host_name.h"

#include <algorithm>

namespace switchyard {

bool is_host_name(std::string_view text) {
  const auto is_inside = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-';
  };
  return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
         std::ranges::all_of(text, is_inside);
}

}  // namespace switchyard
