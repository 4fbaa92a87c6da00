// Numbered, forward-only schema changes, run at start under a lock.
#pragma once

#include "core/db/pool.h"
#include "core/result.h"

#include <span>
#include <string_view>

namespace switchyard::db {

// `sql` is a list of statements separated by a line that is only ";". Dialect words in braces:
// {autoid} auto-incremented integer primary key, {key16} 16-byte binary, {name} indexed text up to
// 191 characters (binary collation), {text} long text, {json} long text, {big} 64-bit integer,
// {table} table options at the end of a CREATE TABLE (SQLite: STRICT, so every column needs one of
// INTEGER, TEXT, BLOB, REAL or a word from here). Times are {big} microseconds UTC.
// A rule for every migration: MySQL commits each statement by itself, so a migration that was cut
// short is run again from its top. CREATE TABLE IF NOT EXISTS, INSERT that tolerates its own rows,
// UPDATE that may be repeated; "exists already" of tables, columns and indexes is taken for done.
// CREATE INDEX has no IF NOT EXISTS on MySQL, so it is refused everywhere.
// {name} compares without trailing blanks on MySQL: do not let names end in one.
struct Migration {
  int number{};
  std::string_view name{};
  std::string_view sql{};
};

// Brings the schema to the newest migration. Several controllers may call it at once: one works,
// the others wait, at most two minutes. Invalid when the database is newer than this binary (refuse
// to run on it).
[[nodiscard]] Status migrate(Pool& pool, std::span<const Migration> migrations);

}  // namespace switchyard::db
