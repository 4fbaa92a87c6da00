#include "provisioner/bmc/bmc.h"

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

}  // namespace switchyard::provisioner
