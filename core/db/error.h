// What went wrong in the database, in the words of core/result.h. The only place that knows the
// error numbers of SQLite and MySQL.
#pragma once

#include "core/result.h"

#include <string_view>

namespace soci {
class soci_error;
}

namespace switchyard::db {

// Conflict: duplicate key. Unavailable: connection lost, deadlock, lock wait, busy, disk full.
// Invalid: everything that is our own mistake. `what` names the object: "reserve 10.0.0.5".
[[nodiscard]] Error as_error(const soci::soci_error& thrown, std::string_view what);

// True for errors after which the whole unit of work may simply be run again.
[[nodiscard]] bool is_retryable(const soci::soci_error& thrown);
[[nodiscard]] bool is_duplicate_key(const soci::soci_error& thrown);

}  // namespace switchyard::db
