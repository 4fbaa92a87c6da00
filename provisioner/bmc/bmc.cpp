#include "provisioner/bmc/bmc.h"

#include "provisioner/bmc/ipmi_bmc.h"
#include "provisioner/bmc/redfish_bmc.h"

namespace switchyard::provisioner {

Result<std::unique_ptr<Bmc>> make_bmc(const BmcAccess& access) {
  if (access.type == "redfish") return make_redfish_bmc(access);
  if (access.type == "ipmi") return make_ipmi_bmc(access);
  return failure(Errc::Invalid, "server " + access.server + ": unknown BMC type " + access.type +
                                    " (known: redfish, ipmi, simulated)");
}

}  // namespace switchyard::provisioner
