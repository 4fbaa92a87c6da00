// Puts one vantage point of an inventory into the database.
#pragma once

#include "core/db/pool.h"
#include "core/seal.h"
#include "provisioner/inventory.h"

namespace switchyard::provisioner {

enum class Imported { New, Changed, Same };

// Inside one db::write(); a part of import_into().
[[nodiscard]] Imported import_vantage_point(db::Session& session, const Sealer& sealer,
                                            const InventoryVantagePoint& point);

}  // namespace switchyard::provisioner
