// An active deployment under another version of its catalog. Pure.
#pragma once

#include "catalogs/network_catalog.h"
#include "core/result.h"
#include "provisioner/store/records.h"

namespace switchyard::provisioner {

// What switches are told changes; what the server was installed with stays: its addresses, VRFs
// or VLANs, tags and MTU. Conflict, saying what: the version needs something of that kind to
// change, so the server must be installed anew to get it.
[[nodiscard]] Result<Plan> replan(const Plan& plan, const catalogs::NetworkCatalog& network);

}  // namespace switchyard::provisioner
