// Units of work. Everything that reads or writes the database goes through write() or read();
// nothing else in the tree starts or ends a transaction.
#pragma once

#include "core/db/pool.h"
#include "core/result.h"

#include <functional>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace switchyard::db {

enum class Access { Read, Write, Together };

// The type-erased half of write() and read(); not for use elsewhere. `body` returns an error to
// roll back. May call `body` again after a deadlock, a lock wait or a busy database, a few times
// with jitter, so a body must have no effect but on the database and through Session::on_rollback.
[[nodiscard]] Status run_unit(Pool& pool, Access access, std::string_view what,
                              const std::function<Status(Session&)>& body);

// Runs `work(session)` in one transaction: BEGIN IMMEDIATE on SQLite, READ COMMITTED on MySQL.
// `work` returns a Result<T>; an error or an exception of SOCI rolls back. No device is talked to
// inside. Errors: as returned by work; Conflict for a duplicate key that work let escape;
// Unavailable when the connection is lost, in which case a commit under way may or may not have
// happened.
template <class Work>
[[nodiscard]] auto write(Pool& pool, std::string_view what, Work&& work)
    -> std::invoke_result_t<Work, Session&>;

// The same for reading: one consistent view, no writer lock on SQLite.
template <class Work>
[[nodiscard]] auto read(Pool& pool, std::string_view what, Work&& work)
    -> std::invoke_result_t<Work, Session&>;

// A write unit that takes others in: every write() and read() that `work` calls on this thread and
// pool becomes a part of it, kept or taken back with the whole. A part that answers an error is
// taken back alone (a savepoint), and `work` decides what becomes of the rest. What a part has
// asked to be called after the commit is called after the commit of the whole.
template <class Work>
[[nodiscard]] auto write_together(Pool& pool, std::string_view what, Work&& work)
    -> std::invoke_result_t<Work, Session&>;

namespace detail {
template <class Work>
auto in_unit(Pool& pool, Access access, std::string_view what, Work& work)
    -> std::invoke_result_t<Work, Session&> {
  using R = std::invoke_result_t<Work, Session&>;
  std::optional<R> result;
  const Status ended = run_unit(pool, access, what, [&](Session& session) -> Status {
    result.emplace(work(session));
    if (!*result) return tl::unexpected(result->error());
    return {};
  });
  if (!ended) return tl::unexpected(ended.error());
  return std::move(*result);
}
}  // namespace detail

template <class Work>
auto write(Pool& pool, std::string_view what, Work&& work) -> std::invoke_result_t<Work, Session&> {
  return detail::in_unit(pool, Access::Write, what, work);
}

template <class Work>
auto read(Pool& pool, std::string_view what, Work&& work) -> std::invoke_result_t<Work, Session&> {
  return detail::in_unit(pool, Access::Read, what, work);
}

template <class Work>
auto write_together(Pool& pool, std::string_view what, Work&& work)
    -> std::invoke_result_t<Work, Session&> {
  return detail::in_unit(pool, Access::Together, what, work);
}

}  // namespace switchyard::db
