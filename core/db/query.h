// Short forms of SOCI statements inside a unit of work. Every SELECT is drained
// (facts/ecosystem.md 8.3), parameters are bound by position, columns are never NULL in our schema.
// Throws soci::soci_error, which ends in read() or write(). Include it in .cpp files only: SOCI is
// heavy.
#pragma once

#include "core/db/pool.h"

#include <soci/soci.h>

#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace switchyard::db {

// All rows of `sql` as tuples: select<std::string, long long>(session, "SELECT name, version FROM
// …"). Column types: std::string, int, long long, double.
template <class... Columns, class... Parameters>
std::vector<std::tuple<Columns...>> select(Session& session, const std::string& sql,
                                           const Parameters&... parameters) {
  std::tuple<Columns...> row{};
  soci::statement statement(session.sql());
  std::apply([&](auto&... column) { (statement.exchange(soci::into(column)), ...); }, row);
  (statement.exchange(soci::use(parameters)), ...);
  statement.alloc();
  statement.prepare(sql);
  statement.define_and_bind();
  std::vector<std::tuple<Columns...>> rows;
  statement.execute(false);
  while (statement.fetch())
    rows.push_back(row);
  return rows;
}

// The first row, or nothing.
template <class... Columns, class... Parameters>
std::optional<std::tuple<Columns...>> select_one(Session& session, const std::string& sql,
                                                 const Parameters&... parameters) {
  auto rows = select<Columns...>(session, sql, parameters...);
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front());
}

// Runs one INSERT, UPDATE or DELETE and answers how many rows it matched.
template <class... Parameters>
long long execute(Session& session, const std::string& sql, const Parameters&... parameters) {
  soci::statement statement(session.sql());
  (statement.exchange(soci::use(parameters)), ...);
  statement.alloc();
  statement.prepare(sql);
  statement.define_and_bind();
  statement.execute(true);
  return statement.get_affected_rows();
}

// What Session::now_sql() is at this moment.
inline Timestamp now(Session& session) {
  if (session.clock() != nullptr) return session.clock()->now();
  return from_micros(std::get<0>(*select_one<long long>(session, "SELECT " + session.now_sql())));
}

}  // namespace switchyard::db
