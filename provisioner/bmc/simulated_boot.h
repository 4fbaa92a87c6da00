// The simulated server of tests and demo (tests/fakes/server) and the lab's stand-in: one HTTP
// service that is BMC and installer at once. Shaped like Redfish for power and boot device, with
// Oem actions for install and wipe. Inventory type `simulated`; no real BMC answers it.
#pragma once

#include "provisioner/bmc/server_boot.h"

namespace switchyard::provisioner {

// Invalid for a URL that is none. Does not connect yet.
[[nodiscard]] Result<std::unique_ptr<ServerBoot>> make_simulated_boot(const BmcAccess& access);

}  // namespace switchyard::provisioner
