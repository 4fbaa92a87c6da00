// Aligned columns for people.
#pragma once

#include "web/cli/console.h"

#include <string>
#include <vector>

namespace switchyard::web::cli {

struct Table {
  std::vector<std::string> columns{};            // "NAME", "STATE"
  std::vector<std::vector<std::string>> rows{};  // as many cells as columns; any text
};

// Columns as wide as their widest cell, two blanks between them, an empty cell shown as "-".
// `none` is printed instead of a table without rows.
void print(const Table& table, const std::string& none, Console& console);

// "Name:  value" lines of one object, aligned. Lines with an empty value are left out; a value may
// have several lines.
struct Sheet {
  std::vector<std::pair<std::string, std::string>> lines{};
  void add(std::string name, std::string value);
};

void print(const Sheet& sheet, Console& console);

}  // namespace switchyard::web::cli
