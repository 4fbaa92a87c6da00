#include "provisioner/store/catalog_versions.h"

#include "catalogs/catalog_definition.h"

namespace switchyard::provisioner {

Result<CatalogVersion> find_catalog_version(db::Session& session, const std::string& name,
                                            int version) {
  auto stored = find_stored_version(session, kNetworkCatalogs, name, version);
  if (!stored) return tl::unexpected(stored.error());
  CatalogVersion found{std::move(*stored)};
  if (found.body.empty()) {  // pushed before catalogs had templates for switches
    found.network = catalogs::parse_catalog(found.files).definition.network;
    return found;
  }
  auto network = catalogs::parse_network_catalog(found.body);
  if (!network) return tl::unexpected(network.error());
  found.network = std::move(*network);
  return found;
}

}  // namespace switchyard::provisioner
