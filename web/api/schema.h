// The tables of the web room: migrations 300 to 399.
#pragma once

#include "core/db/migrations.h"

#include <span>

namespace switchyard::web::api {

[[nodiscard]] std::span<const db::Migration> migrations();

}  // namespace switchyard::web::api
