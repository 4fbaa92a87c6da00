// A BMC that speaks Redfish (DSP0266). bmc.h has the contract.
#pragma once

#include "provisioner/bmc/bmc.h"

namespace switchyard::provisioner {

[[nodiscard]] Result<std::unique_ptr<Bmc>> make_redfish_bmc(const BmcAccess& access);

}  // namespace switchyard::provisioner
