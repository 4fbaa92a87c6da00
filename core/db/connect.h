// Opens one database session with the settings every unit of work relies on. Internal to core/db.
#pragma once

#include "core/db/url.h"

#include <memory>

namespace soci {
class session;
}

namespace switchyard::db {

// SQLite: WAL, synchronous=FULL, foreign keys, busy timeout. MySQL: READ COMMITTED, autocommit off,
// strict mode, utf8mb4 with binary collation, short lock waits, wsrep_sync_wait=1 on Galera.
// Unavailable when the database cannot be reached; Invalid when it is one that could lose commits.
[[nodiscard]] Result<std::unique_ptr<soci::session>> connect(const DatabaseUrl& url);

// Asks the server whether the session still lives. Always true on SQLite.
[[nodiscard]] bool is_alive(soci::session& sql, Backend backend);

// Whether the open transaction has written something, where the database does not refuse that by
// itself in one that only reads. SQLite's `PRAGMA query_only` would, but each change of it makes
// every kept statement be prepared again.
[[nodiscard]] bool has_written(soci::session& sql, Backend backend);

// Ends whatever transaction is open and resets statements that still hold a read snapshot. False
// when that fails: the session is then good for nothing but closing.
[[nodiscard]] bool clean_up(soci::session& sql, Backend backend);

}  // namespace switchyard::db
