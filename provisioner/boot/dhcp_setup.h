// What the DHCP library must know, from the configuration and the inventory. Pure.
#pragma once

#include "core/config.h"
#include "core/result.h"
#include "pxe/dhcp/server.h"
#include "pxe/dhcp/v6/server.h"

#include <memory>
#include <string>
#include <tuple>
#include <vector>

namespace switchyard::provisioner {

// Server, MAC address, switch, port, secure_boot of the server ("", "on", "off"); sorted by server.
using NicRow = std::tuple<std::string, std::string, std::string, std::string, std::string>;

// Without cabling. Invalid: two relays of one subnet with different pools.
[[nodiscard]] Result<pxe::dhcp::ServerOptions> dhcp_options(const Config::Boot& boot);

// DHCPv6, without cabling. `boot.address6` is given. Invalid: two subnets that overlap.
[[nodiscard]] Result<pxe::dhcp::v6::ServerOptions> dhcp6_options(const Config::Boot& boot);

// Where servers are cabled, and the relays that are believed about it. Invalid: an address that is
// none; Conflict: one relay address for two switches.
[[nodiscard]] Result<std::shared_ptr<const pxe::dhcp::Cabling>> cabling_of(
    const std::vector<NicRow>& nics, const Config::Boot& boot);

}  // namespace switchyard::provisioner
