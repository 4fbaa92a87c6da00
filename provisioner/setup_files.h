// What a server gets beside its network: users, the time, the site's CA, and what cloud-init is
// told. Plain files of any distribution with systemd, and one script that runs at the first boot.
// Pure.
#pragma once

#include "provisioner/bmc/install_order.h"
#include "provisioner/site.h"
#include "provisioner/store/records.h"

#include <vector>

namespace switchyard::provisioner {

[[nodiscard]] std::vector<HostFile> render_setup_files(const DeploymentRecord& deployment,
                                                       const ServerDefaults& defaults);

// A login that every distribution takes: a lower-case letter or '_', then at most 31 of those,
// digits and '-'; not root, whose keys have a place of their own. Invalid otherwise, or without a
// key.
[[nodiscard]] Status check_user(const HostUser& user);
// UTF-8 of at most 32 KiB. Invalid otherwise.
[[nodiscard]] Status check_user_data(const std::string& user_data);

}  // namespace switchyard::provisioner
