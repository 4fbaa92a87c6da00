// Parsers of FRR's JSON about BGP sessions. A server chooses part of these bytes (its host name,
// the prefixes it announces), so nothing here trusts them.
#pragma once

#include "core/net.h"
#include "core/result.h"
#include "switch-drivers/driver.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace switchyard::switch_drivers::frr {

struct SessionSummary {
  std::string state{};
  std::uint32_t remote_asn{};
  std::chrono::milliseconds established_for{};
};

using SessionKey = std::pair<std::string, std::string>;  // VRF, interface

// `show bgp vrf all summary json`
[[nodiscard]] Result<std::map<SessionKey, SessionSummary>> parse_bgp_summary(
    std::string_view json_text);

struct SessionRoutes {
  std::vector<Prefix> accepted{};       // sorted
  std::vector<RefusedCount> refused{};  // from the counters of the session's own lists
};

// The answer to read_bgp_routes() for `peers` peers, in their order.
[[nodiscard]] Result<std::vector<SessionRoutes>> parse_bgp_routes(std::string_view output,
                                                                  std::size_t peers);

}  // namespace switchyard::switch_drivers::frr
