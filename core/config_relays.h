// The list boot.relays of the configuration file. Internal to core.
#pragma once

#include "core/config.h"
#include "core/yaml.h"

#include <string_view>
#include <vector>

namespace switchyard {

// Invalid: no address, or one of IPv6.
[[nodiscard]] Result<IpAddress> parse_ipv4(std::string_view text);

// `boot`: the section. What is wrong is reported at its place.
[[nodiscard]] std::vector<Config::Boot::Relay> read_relays(const yaml::Node& boot);

// For `switchyard config reference`.
extern const std::string_view kRelaysReference;

}  // namespace switchyard
