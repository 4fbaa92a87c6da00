// The files an installed server gets.
#pragma once

#include "provisioner/bmc/install_order.h"
#include "provisioner/steps/steps.h"

#include <vector>

namespace switchyard::provisioner {

// Its network by the version of the catalog the order got, root's SSH keys, users, time and CA.
// Invalid: a template cannot be rendered for this server, with file and line.
[[nodiscard]] Result<std::vector<HostFile>> deployment_files(const Job& job, StepContext& context);

}  // namespace switchyard::provisioner
