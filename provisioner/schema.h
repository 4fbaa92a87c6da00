// The tables of the provisioner: migrations 200 to 299.
#pragma once

#include "core/db/migrations.h"

#include <span>

namespace switchyard::provisioner {

[[nodiscard]] std::span<const db::Migration> migrations();

}  // namespace switchyard::provisioner
