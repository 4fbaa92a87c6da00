// OS images as they were pushed (versions.h).
#pragma once

#include "catalogs/os/image_definition.h"
#include "core/db/pool.h"
#include "core/result.h"
#include "provisioner/store/versions.h"

#include <string>
#include <vector>

namespace switchyard::provisioner {

struct ImageVersion : StoredVersion {
  catalogs::os::ImageDefinition image{};
};

// NotFound: there is no such version.
[[nodiscard]] Result<ImageVersion> find_image_version(db::Session& session, const std::string& name,
                                                      int version);

// What sets up the network of servers with this image; of the inventory's what every image is taken
// to have.
[[nodiscard]] Result<std::vector<catalogs::NetworkTool>> network_tools(db::Session& session,
                                                                       const std::string& name,
                                                                       int version);

}  // namespace switchyard::provisioner
