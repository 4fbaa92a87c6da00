// The anycast addresses an order names: which of them its server may announce.
#pragma once

#include "catalogs/network_catalog.h"
#include "core/db/pool.h"
#include "core/result.h"
#include "provisioner/service.h"
#include "provisioner/store/records.h"

#include <set>

namespace switchyard::provisioner {

// Fills `planned.anycast`, sorted, with those of one VRF; they are granted with the order itself.
// `families`: those the server has an address of. Invalid, naming the address and the way out: not
// taken as anycast by this project, the catalog allows none or not so many. Reads only.
[[nodiscard]] Status plan_anycast(db::Session& session,
                                  const catalogs::CatalogAttachment& attachment,
                                  const DeployRequest& request, const std::set<Family>& families,
                                  PlannedVrf& planned);

}  // namespace switchyard::provisioner
