// The same network as host_files.h describes, for systemd-networkd: distributions without
// ifupdown2. Harmless where networkd does not run. Pure.
#pragma once

#include "provisioner/bmc/install_order.h"
#include "provisioner/store/records.h"

#include <vector>

namespace switchyard::provisioner {

// Below /etc/systemd/network and /etc/sysctl.d. NICs get their inventory names by their MAC.
[[nodiscard]] std::vector<HostFile> render_networkd_files(const DeploymentRecord& deployment,
                                                          const std::vector<NicRecord>& nics);

}  // namespace switchyard::provisioner
