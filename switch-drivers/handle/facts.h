// A port's state as facts, the same kind for every NOS, and the difference of two.
#pragma once

#include "switch-drivers/driver.h"
#include "switch-drivers/frr/frr_config.h"

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace switchyard::switch_drivers::handle {

// (subject, value), both one line of text: ("link swp1 master", "vrf-quarantine").
using Facts = std::set<std::pair<std::string, std::string>>;

// Text from a switch on its way to a person or a file: one line, printable.
[[nodiscard]] std::string one_line(std::string text);

// Each line as "PREFIX BLOCK FAMILY" -> the line.
void add_frr_facts(Facts& facts, std::string_view prefix, const frr::FrrLines& lines);

[[nodiscard]] std::vector<Difference> difference(const Facts& wished, const Facts& observed);

}  // namespace switchyard::switch_drivers::handle
