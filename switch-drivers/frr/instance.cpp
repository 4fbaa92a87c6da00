#include "switch-drivers/frr/instance.h"

#include <fmt/format.h>

#include <charconv>

namespace switchyard::switch_drivers::frr {

std::string instance_of(Asn asn, std::string_view vrf) {
  return fmt::format("router bgp {} vrf {}", asn.value, vrf);
}

Status check_instance(const FrrConfig& config, const std::string& instance) {
  if (!config.lines.contains({instance}))
    return failure(Errc::Rejected, "FRR has no \"" + instance + "\"");
  return check_policy_required(config, instance);
}

// Without it a neighbour that has no filter yet takes and gives everything (RFC 8212).
Status check_policy_required(const FrrConfig& config, const std::string& instance) {
  const bool refused = config.lines.contains({instance, {}, "no bgp ebgp-requires-policy"});
  const bool said = config.lines.contains({instance, {}, "bgp ebgp-requires-policy"});
  if (refused || (config.datacenter_defaults && !said)) {
    return failure(
        Errc::Rejected,
        fmt::format("\"{}\" needs the line \"bgp ebgp-requires-policy\" and has {}", instance,
                    refused ? "\"no bgp ebgp-requires-policy\"" : "datacenter defaults"));
  }
  return {};
}

Asn asn_of(const FrrConfig& config) {
  for (const FrrLine& line : config.lines) {
    const auto parts = words(line.block);
    if (parts.size() < 3 || parts[0] != "router" || parts[1] != "bgp") continue;
    std::uint32_t number = 0;
    std::from_chars(parts[2].data(), parts[2].data() + parts[2].size(), number);
    return {number};
  }
  return {};
}

}  // namespace switchyard::switch_drivers::frr
