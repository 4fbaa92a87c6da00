// What one order becomes: the server, the VRFs with their subnets, checked before anything is
// taken.
#pragma once

#include "catalogs/network_catalog.h"
#include "core/db/pool.h"
#include "core/result.h"
#include "ipam/values.h"
#include "provisioner/service.h"
#include "provisioner/store/records.h"

#include <string>
#include <vector>

namespace switchyard::provisioner {

// An order that can be carried out: everything is known but the addresses.
struct CheckedOrder {
  ServerRecord server{};
  std::vector<NicRecord> nics{};
  catalogs::NetworkCatalog catalog{};
  int image_version{};    // as in DeploymentRecord
  int catalog_version{};  // as in DeploymentRecord
  Plan plan{};            // subnets chosen, addresses still empty
};

// Refuses at once what can never converge, naming the object and the way out: unknown image,
// catalog or subnet, a subnet of another project or VRF, no subnet for a VRF of the catalog, an
// anycast address that is not the project's or that the catalog has no room for, a VRF
// that is missing on one of the server's switches, no free server of the profile, a host name that
// is taken. Reads only.
[[nodiscard]] Result<CheckedOrder> check_order(db::Session& session, const DeployRequest& request,
                                               VlanId provisioning);

// A tenant never gets the VLAN in which this site's servers are installed and wiped.
[[nodiscard]] Status check_segment(const catalogs::NetworkCatalog& network, VlanId provisioning);

// The server to try after `unsuitable` ones: any available of the profile, or the one asked for.
[[nodiscard]] Status check_ssh_key(const std::string& key);

}  // namespace switchyard::provisioner
