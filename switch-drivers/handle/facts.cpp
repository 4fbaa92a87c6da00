#include "switch-drivers/handle/facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace switchyard::switch_drivers::handle {

std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return text;
}

void add_frr_facts(Facts& facts, std::string_view prefix, const frr::FrrLines& lines) {
  for (const frr::FrrLine& line : lines) {
    if (line.text.empty()) {
      facts.emplace(one_line(std::string{prefix}), one_line(std::string{line.block}));
    } else {
      facts.emplace(one_line(fmt::format("{} {}{}{}", prefix, line.block.view(),
                                         line.family.empty() ? "" : " ", line.family.view())),
                    one_line(std::string{line.text}));
    }
  }
}

std::vector<Difference> difference(const Facts& wished, const Facts& observed) {
  struct Sides {
    std::vector<std::string> wished{}, observed{};
  };

  std::map<std::string, Sides> by_subject;
  for (const auto& fact : wished) {
    if (!observed.contains(fact)) by_subject[fact.first].wished.push_back(fact.second);
  }
  for (const auto& fact : observed) {
    if (!wished.contains(fact)) by_subject[fact.first].observed.push_back(fact.second);
  }
  std::vector<Difference> found;
  for (auto& [subject, sides] : by_subject) {
    if (sides.wished.size() == 1 && sides.observed.size() == 1) {
      found.push_back({subject, sides.wished[0], sides.observed[0]});
      continue;
    }
    for (std::string& value : sides.wished)
      found.push_back({subject, std::move(value), ""});
    for (std::string& value : sides.observed)
      found.push_back({subject, "", std::move(value)});
  }
  return found;
}

}  // namespace switchyard::switch_drivers::handle
