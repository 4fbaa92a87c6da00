// The text of a migration in the words of one database. Internal to core/db.
#pragma once

#include "core/db/pool.h"
#include "core/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace switchyard::db {

// Splits at lines that are only ";" and replaces the dialect words of migrations.h. Invalid for a
// word in braces that is none of them. Pure.
[[nodiscard]] Result<std::vector<std::string>> statements_of(std::string_view sql, Backend backend);

}  // namespace switchyard::db
