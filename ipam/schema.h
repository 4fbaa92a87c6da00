// The tables of IPAM: migrations 100 to 199.
#pragma once

#include "core/db/migrations.h"

#include <span>

namespace switchyard::ipam {

[[nodiscard]] std::span<const db::Migration> migrations();

}  // namespace switchyard::ipam
