// The BGP identifier of a server.
#pragma once

#include "provisioner/store/records.h"

#include <string>

namespace switchyard::provisioner {

// RFC 4271 wants a unique one that looks like an IPv4 address: the first one, or for IPv6-only
// servers the offset of the AS number from 4200000000 (facts/operators.md: 4214553151 ->
// 0.222.16.63).
[[nodiscard]] std::string router_id(const DeploymentRecord& deployment);

}  // namespace switchyard::provisioner
