#include "provisioner/bmc/bmc.h"

#include "provisioner/bmc/ipmi_bmc.h"
#include "provisioner/bmc/redfish_bmc.h"

namespace switchyard::provisioner {

const char* to_string(Power power) { return power == Power::On ? "on" : "off"; }

const char* to_string(PowerAction action) {
  switch (action) {
    case PowerAction::On: return "on";
    case PowerAction::ForceOff: return "force-off";
    case PowerAction::GracefulOff: return "graceful-off";
    case PowerAction::Cycle: return "cycle";
  }
  return "";
}

const char* to_string(BootDevice device) {
  return device == BootDevice::Network ? "network" : "disk";
}

const char* to_string(BootMode mode) { return mode == BootMode::Bios ? "bios" : "uefi"; }

Result<std::unique_ptr<Bmc>> make_bmc(const BmcAccess& access) {
  if (access.type == "redfish") return make_redfish_bmc(access);
  if (access.type == "ipmi") return make_ipmi_bmc(access);
  return failure(Errc::Invalid, "server " + access.server + ": unknown BMC type " + access.type +
                                    " (known: redfish, ipmi, simulated)");
}

}  // namespace switchyard::provisioner
