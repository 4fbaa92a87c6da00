// What the templates of a network catalog see of a deployment. Pure.
#pragma once

#include "catalogs/server_view.h"
#include "provisioner/store/records.h"

#include <vector>

namespace switchyard::provisioner {

// `tools`: of its image (store/image_versions.h).
[[nodiscard]] catalogs::ServerView catalog_view(const DeploymentRecord& deployment,
                                                const std::vector<NicRecord>& nics,
                                                std::vector<catalogs::NetworkTool> tools);

}  // namespace switchyard::provisioner
