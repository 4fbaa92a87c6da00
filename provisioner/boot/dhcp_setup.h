// What the DHCP library must know, from the configuration and the inventory. Pure.
#pragma once

#include "core/config.h"
#include "core/result.h"
#include "pxe/dhcp/server.h"

#include <memory>
#include <string>
#include <tuple>
#include <vector>

namespace switchyard::provisioner {

// Server, MAC address, switch, port; sorted by server.
using NicRow = std::tuple<std::string, std::string, std::string, std::string>;

// Without cabling. Invalid: two relays of one subnet with different pools.
[[nodiscard]] Result<pxe::dhcp::ServerOptions> dhcp_options(const Config::Boot& boot);

// Where servers are cabled, and the relays that are believed about it. Invalid: an address that is
// none; Conflict: one relay address for two switches.
[[nodiscard]] Result<std::shared_ptr<const pxe::dhcp::Cabling>> cabling_of(
    const std::vector<NicRow>& nics, const Config::Boot& boot);

}  // namespace switchyard::provisioner
