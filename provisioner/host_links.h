// What the two renderings of a server's network have in common.
#pragma once

#include "provisioner/store/records.h"

#include <string>

namespace switchyard::provisioner {

inline constexpr int kTagRoom = 4;  // the wire carries the 802.1Q tag on top of the server's MTU

// The dummy that holds the addresses of the VRF at this place of the plan: "vni0".
[[nodiscard]] inline std::string own_device(std::size_t index) {
  return "vni" + std::to_string(index);
}

// "eth1.101": the leg of a NIC into a VRF.
[[nodiscard]] inline std::string subinterface(const NicRecord& nic, const PlannedVrf& vrf) {
  return nic.name + "." + std::to_string(vrf.tag.value);
}

}  // namespace switchyard::provisioner
