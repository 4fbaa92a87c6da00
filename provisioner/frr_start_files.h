// Keeps FRR from starting before the server's own addresses are there. In 4 of 19 measured boots
// Debian's ifupdown2 brought a dummy up without its /32 and said nothing, and FRR for good drops a
// `set src` whose address is missing. Whatever configures the network, FRR now starts behind a look
// at the kernel, which puts what is missing in its place. Pure.
#pragma once

#include "provisioner/bmc/install_order.h"
#include "provisioner/store/records.h"

#include <vector>

namespace switchyard::provisioner {

// A script below /usr/local/lib and a drop-in of frr.service. Harmless without systemd.
[[nodiscard]] std::vector<HostFile> render_frr_start_files(const DeploymentRecord& deployment);

}  // namespace switchyard::provisioner
