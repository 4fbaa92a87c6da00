// The link-local addresses of an interface: DHCPv6 and router advertisements come from them.
#pragma once

#include "core/net.h"

#include <string>
#include <vector>

namespace switchyard::provisioner {

// As they are now; none where there is no such interface.
[[nodiscard]] std::vector<IpAddress> link_local_addresses(const std::string& interface);

}  // namespace switchyard::provisioner
