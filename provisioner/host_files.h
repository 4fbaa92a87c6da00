// The network files of an installed server: FRR and ifupdown2, rendered from its plan. First cut of
// what the network catalog's templates will do (issue C). Pure.
#pragma once

#include "core/result.h"
#include "provisioner/bmc/server_boot.h"
#include "provisioner/store/records.h"

#include <string>
#include <vector>

namespace switchyard::provisioner {

// /etc/network/interfaces and /etc/frr/frr.conf (tests/lab/golden/server shows both), root's SSH
// keys if any were ordered, then the same network for systemd-networkd, then what FRR waits for at
// its start. Invalid when a subinterface name would not fit in 15 characters.
[[nodiscard]] Result<std::vector<HostFile>> render_host_files(const DeploymentRecord& deployment,
                                                              const std::vector<NicRecord>& nics);

// Root's keys, as they were ordered.
[[nodiscard]] HostFile authorized_keys(const Plan& plan);

}  // namespace switchyard::provisioner
