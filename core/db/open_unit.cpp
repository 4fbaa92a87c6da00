#include "core/db/open_unit.h"

#include "core/db/error.h"

#include <soci/soci.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace switchyard::db {

namespace {

// At most one a pool.
thread_local std::vector<OpenUnit*> open_units;

}  // namespace

void Session::adopt_calls(Session& part) {
  std::ranges::move(part.undo_, std::back_inserter(undo_));
  std::ranges::move(part.then_, std::back_inserter(then_));
  part.undo_.clear();
  part.then_.clear();
}

void Session::call_undo() {
  std::ranges::reverse(undo_);
  for (const auto& call : std::exchange(undo_, {}))
    call();
}

OpenUnit::OpenUnit(const Pool& pool, Session& session, Access access, Parts& parts)
    : pool_(pool), session_(session), parts_(parts), takes_parts_(access == Access::Together) {
  open_units.push_back(this);
}

OpenUnit::~OpenUnit() { open_units.pop_back(); }

OpenUnit* OpenUnit::find(const Pool& pool) {
  const auto open =
      std::ranges::find(open_units, &pool, [](const OpenUnit* unit) { return &unit->pool_; });
  return open == open_units.end() ? nullptr : *open;
}

Status OpenUnit::run_part(std::string_view what, const std::function<Status(Session&)>& body) {
  Session& part = *parts_.emplace_back(std::make_unique<Session>(
      session_.sql(), session_.backend(), session_.clock(), session_.statements()));
  takes_parts_ = false;  // a part has no parts; stays so when the body throws: then all is over
  Status status = try_part(part, what, body);
  takes_parts_ = true;
  if (status) {
    session_.adopt_calls(part);
  } else {
    part.call_undo();
  }
  return status;
}

// A savepoint, so that a part that fails leaves the others whole.
Status OpenUnit::try_part(Session& part, std::string_view what,
                          const std::function<Status(Session&)>& body) {
  is_broken_ = true;  // until the end of the part is known: the body may leave by an exception
  try {
    part.sql() << "SAVEPOINT part";
    Status status = body(part);
    is_broken_ = false;
    if (!status) {
      take_back();
      return status;
    }
    part.sql() << "RELEASE SAVEPOINT part";
    return status;
  } catch (const soci::soci_error& thrown) {
    Error error = as_error(thrown, what);
    is_broken_ = false;
    take_back();
    return tl::unexpected(std::move(error));
  }
}

void OpenUnit::take_back() {
  try {
    session_.sql() << "ROLLBACK TO SAVEPOINT part";
    session_.sql() << "RELEASE SAVEPOINT part";
  } catch (const soci::soci_error& thrown) {
    // After a deadlock, a lost connection or a full disk the database has rolled back everything.
    static_cast<void>(as_error(thrown, "take a part back"));
    is_broken_ = true;
  }
}

}  // namespace switchyard::db
