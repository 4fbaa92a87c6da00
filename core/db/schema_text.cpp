#include "core/db/schema_text.h"

#include <algorithm>
#include <array>

namespace switchyard::db {

namespace {

struct DialectWord {
  std::string_view word{};
  std::string_view sqlite{};
  std::string_view mysql{};
};

// SQLite tables are STRICT, so that a text that should have been CAST to a key, or a text in a
// number, is an error there too and not only on MySQL.
// clang-format off
constexpr std::array kWords{
    DialectWord{"autoid", "INTEGER PRIMARY KEY AUTOINCREMENT", "BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY"},
    DialectWord{"key16",  "BLOB",    "BINARY(16)"},
    DialectWord{"name",   "TEXT",    "VARCHAR(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"},
    DialectWord{"text",   "TEXT",    "LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"},
    DialectWord{"json",   "TEXT",    "LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"},
    DialectWord{"big",    "INTEGER", "BIGINT"},
    DialectWord{"table",  "STRICT",  "ENGINE=InnoDB DEFAULT CHARACTER SET=utf8mb4 COLLATE=utf8mb4_bin"},
};

// clang-format on

Result<std::string> in_dialect(std::string_view text, Backend backend) {
  std::string spoken;
  while (!text.empty()) {
    const auto open = text.find('{');
    spoken += text.substr(0, open);
    if (open == std::string_view::npos) break;
    const auto close = text.find('}', open);
    if (close == std::string_view::npos) return failure(Errc::Invalid, "'{' without '}'");
    const auto word = text.substr(open + 1, close - open - 1);
    const auto* const row = std::ranges::find(kWords, word, &DialectWord::word);
    if (row == kWords.end())
      return failure(Errc::Invalid, "unknown dialect word {" + std::string{word} + "}");
    spoken += backend == Backend::Sqlite ? row->sqlite : row->mysql;
    text = text.substr(close + 1);
  }
  return spoken;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace

Result<std::vector<std::string>> statements_of(std::string_view sql, Backend backend) {
  std::vector<std::string> statements;
  std::string current;
  const auto finish = [&]() -> Status {
    const auto text = in_dialect(trimmed(current), backend);
    if (!text) return tl::unexpected(text.error());
    if (text->find("INDEX IF NOT EXISTS") != std::string::npos)
      return failure(Errc::Invalid, "MySQL knows no CREATE INDEX IF NOT EXISTS: leave it out");
    if (!text->empty()) statements.push_back(*text);
    current.clear();
    return {};
  };
  while (!sql.empty()) {
    const auto end = sql.find('\n');
    const auto line = sql.substr(0, end);
    sql = end == std::string_view::npos ? std::string_view{} : sql.substr(end + 1);
    if (trimmed(line) != ";") {
      current.append(line).append("\n");
    } else if (const auto finished = finish(); !finished) {
      return tl::unexpected(finished.error());
    }
  }
  if (const auto finished = finish(); !finished) return tl::unexpected(finished.error());
  return statements;
}

}  // namespace switchyard::db
