// What sets up the network of an installed system. An OS image has one of them, or several.
#pragma once

#include "core/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::catalogs {

enum class NetworkTool : std::uint8_t { Ifupdown2, Networkd, Netplan, NetworkManager };

// In the order of the enumeration.
[[nodiscard]] const std::vector<NetworkTool>& all_network_tools();

[[nodiscard]] std::string to_string(NetworkTool tool);                       // "systemd-networkd"
[[nodiscard]] std::string to_string(const std::vector<NetworkTool>& tools);  // "ifupdown2, netplan"

// Invalid: there is no such tool; the message lists those there are.
[[nodiscard]] Result<NetworkTool> parse_network_tool(std::string_view text);

}  // namespace switchyard::catalogs
