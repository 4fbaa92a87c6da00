// Short forms of SOCI statements inside a unit of work. Every SELECT is drained
// (facts/ecosystem.md 8.3), parameters are bound by position, columns are never NULL in our schema.
// Throws soci::soci_error, which ends in read() or write(). Include it in .cpp files only: SOCI is
// heavy.
#pragma once

#include "core/db/pool.h"
#include "core/db/statements.h"

#include <soci/soci.h>

#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <vector>

namespace switchyard::db {

// One prepared statement with the places its parameters are read from and its row is written to.
template <class Row, class Parameters> class Statement;

template <class... Columns, class... Parameters>
class Statement<std::tuple<Columns...>, std::tuple<Parameters...>> final : public KeptStatement {
 public:
  Statement(soci::session& session, const std::string& sql) : statement_(session) {
    std::apply([&](auto&... column) { (statement_.exchange(soci::into(column)), ...); }, row_);
    std::apply([&](const auto&... one) { (statement_.exchange(soci::use(one)), ...); },
               parameters_);
    statement_.alloc();
    statement_.prepare(sql);
    statement_.define_and_bind();
  }

  std::vector<std::tuple<Columns...>> select(const Parameters&... parameters) {
    parameters_ = std::tie(parameters...);
    std::vector<std::tuple<Columns...>> rows;
    statement_.execute(false);
    while (statement_.fetch())
      rows.push_back(row_);
    return rows;
  }

  long long execute(const Parameters&... parameters) {
    parameters_ = std::tie(parameters...);
    statement_.execute(true);
    return statement_.get_affected_rows();
  }

 private:
  std::tuple<Columns...> row_{};
  std::tuple<Parameters...> parameters_{};
  soci::statement statement_;
};

// Runs `work` with the statement that this session has kept, or with one for this time only.
template <class Statement, class Work>
auto with_statement(Session& session, const std::string& sql, const Work& work) {
  if (session.statements() == nullptr) {
    Statement once(session.sql(), sql);
    return work(once);
  }
  Statement& kept = session.statements()->find<Statement>(
      sql, [&] { return std::make_unique<Statement>(session.sql(), sql); });
  try {
    return work(kept);
  } catch (...) {
    session.statements()->forget(sql, typeid(Statement));
    throw;
  }
}

// What a parameter is kept as: literals as strings.
template <class T>
using Kept = std::conditional_t<std::is_convertible_v<T, std::string>, std::string, T>;

// All rows of `sql` as tuples: select<std::string, long long>(session, "SELECT name, version FROM
// …"). Column types: std::string, int, long long, double.
template <class... Columns, class... Parameters>
std::vector<std::tuple<Columns...>> select(Session& session, const std::string& sql,
                                           const Parameters&... parameters) {
  using Wanted = Statement<std::tuple<Columns...>, std::tuple<Kept<Parameters>...>>;
  return with_statement<Wanted>(session, sql,
                                [&](Wanted& statement) { return statement.select(parameters...); });
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
  using Wanted = Statement<std::tuple<>, std::tuple<Kept<Parameters>...>>;
  return with_statement<Wanted>(
      session, sql, [&](Wanted& statement) { return statement.execute(parameters...); });
}

// What Session::now_sql() is at this moment.
inline Timestamp now(Session& session) {
  if (session.clock() != nullptr) return session.clock()->now();
  return from_micros(std::get<0>(*select_one<long long>(session, "SELECT " + session.now_sql())));
}

}  // namespace switchyard::db
