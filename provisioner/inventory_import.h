// Puts a checked inventory into the database: new things are made, changed ones updated, the rest
// left.
#pragma once

#include "core/db/pool.h"
#include "core/result.h"
#include "core/seal.h"
#include "provisioner/inventory.h"
#include "provisioner/site.h"
#include "provisioner/views.h"

namespace switchyard::provisioner {

// Inside one db::write(). Conflict names the object that cannot be changed while it is in use: a
// link or a NIC of a server that is deployed, the tag of a VRF, the prefix of a subnet.
[[nodiscard]] Result<ImportReport> import_into(db::Session& session, const Inventory& inventory,
                                               const Sealer& sealer, const Site& site,
                                               Timestamp now);

// One new server, checked by the caller, that stays in maintenance for `reason`.
[[nodiscard]] Status enrol_into(db::Session& session, const InventoryServer& server,
                                const Sealer& sealer, const Site& site, const std::string& reason);

}  // namespace switchyard::provisioner
