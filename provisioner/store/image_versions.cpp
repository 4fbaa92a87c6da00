#include "provisioner/store/image_versions.h"

namespace switchyard::provisioner {

Result<ImageVersion> find_image_version(db::Session& session, const std::string& name,
                                        int version) {
  auto stored = find_stored_version(session, kOsImages, name, version);
  if (!stored) return tl::unexpected(stored.error());
  ImageVersion found{std::move(*stored)};
  found.image = catalogs::os::parse_image(found.files).definition;
  return found;
}

Result<std::vector<catalogs::NetworkTool>> network_tools(db::Session& session,
                                                         const std::string& name, int version) {
  if (version == 0) return catalogs::os::ImageDefinition{}.network;
  auto found = find_image_version(session, name, version);
  if (!found) return tl::unexpected(found.error());
  return std::move(found->image.network);
}

}  // namespace switchyard::provisioner
