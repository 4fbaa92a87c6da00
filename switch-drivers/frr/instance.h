// The BGP instance of a VRF: what it must be before a session is put into it. Pure.
#pragma once

#include "core/net.h"
#include "core/result.h"
#include "switch-drivers/frr/frr_config.h"

#include <string>
#include <string_view>

namespace switchyard::switch_drivers::frr {

// "router bgp 65001 vrf vrf-prv"
[[nodiscard]] std::string instance_of(Asn asn, std::string_view vrf);

// Rejected: it is not there, or lets sessions without filters take and give everything.
[[nodiscard]] Status check_instance(const FrrConfig& config, const std::string& instance);
// Only the latter.
[[nodiscard]] Status check_policy_required(const FrrConfig& config, const std::string& instance);

// The AS number of the first BGP instance; 0 without one.
[[nodiscard]] Asn asn_of(const FrrConfig& config);

}  // namespace switchyard::switch_drivers::frr
