#include "web/cli/table.h"

#include "web/cli/text.h"

#include <algorithm>
#include <ostream>

namespace switchyard::web::cli {
namespace {

std::vector<int> widths_of(const Table& table) {
  std::vector<int> widths;
  for (const std::string& column : table.columns)
    widths.push_back(display_width(column));
  for (const auto& row : table.rows)
    for (std::size_t i = 0; i < widths.size() && i < row.size(); ++i)
      widths[i] = std::max(widths[i], display_width(row[i]));
  return widths;
}

Table made_safe(const Table& table) {
  Table safe = table;
  for (auto& row : safe.rows) {
    row.resize(safe.columns.size());
    for (std::string& cell : row)
      cell = cell.empty() ? "-" : printable(cell);
  }
  return safe;
}

}  // namespace

void print(const Table& table, const std::string& none, Console& console) {
  if (table.rows.empty()) {
    console.out << none << '\n';
    return;
  }
  const Paint paint{console.has_colour};
  const Table safe = made_safe(table);
  const std::vector<int> widths = widths_of(safe);
  const auto write = [&](const std::vector<std::string>& cells, bool is_head) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const bool is_last = i + 1 == cells.size();
      const auto blanks = is_last ? 0 : widths[i] - display_width(cells[i]) + 2;
      console.out << (is_head ? paint.dim(cells[i]) : paint.state(cells[i]))
                  << std::string(static_cast<std::size_t>(blanks), ' ');
    }
    console.out << '\n';
  };
  write(safe.columns, true);
  for (const auto& row : safe.rows)
    write(row, false);
}

void Sheet::add(std::string name, std::string value) {
  if (!value.empty()) lines.emplace_back(std::move(name), std::move(value));
}

void print(const Sheet& sheet, Console& console) {
  const Paint paint{console.has_colour};
  int width = 0;
  for (const auto& [name, value] : sheet.lines)
    width = std::max(width, display_width(name) + 1);
  for (const auto& [name, value] : sheet.lines) {
    console.out << paint.dim(padded(name + ":", width)) << "  ";
    std::size_t at = 0;
    while (true) {
      const auto end = value.find('\n', at);
      console.out << paint.state(printable(value.substr(at, end - at))) << '\n';
      if (end == std::string::npos) break;
      console.out << std::string(static_cast<std::size_t>(width) + 2, ' ');
      at = end + 1;
    }
  }
}

}  // namespace switchyard::web::cli
