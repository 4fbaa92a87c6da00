// Machines that boot and that the inventory does not know: inspected and shown as enrolling, until
// somebody takes them in.
#pragma once

#include "core/db/pool.h"
#include "core/net.h"
#include "core/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace switchyard::provisioner {

// Who asks, and where it was seen.
struct Stranger {
  MacAddress mac{};
  std::string switch_name{};  // as a relay that is believed said; empty: not known
  std::string port{};
};

// "new-020000000001". Pure.
[[nodiscard]] std::string discovery_id(const MacAddress& mac);

// A NIC of a discovered machine and the port it was proved to be cabled to.
struct ProvedLink {
  std::string nic{};
  MacAddress mac{};
  std::string switch_name{};  // LLDP's system name, or as the relay said; empty: nothing proved it
  std::string port{};
  std::string proof{};  // "lldp", "relay", ""
  friend bool operator==(const ProvedLink&, const ProvedLink&) = default;
};

// Every NIC of the inspection, which is the RAM system's JSON text. Two things that prove different
// ports prove nothing. Pure. Invalid: not an inspection.
[[nodiscard]] Result<std::vector<ProvedLink>> links_of(std::string_view inspection,
                                                       const Stranger& seen);

// Within the caller's unit of work. Conflict when too many are waiting already.
inline constexpr long long kMostDiscoveries = 1000;
[[nodiscard]] Status note_discovery(db::Session& session, const Stranger& stranger);
void keep_inspection(db::Session& session, const std::string& id, const std::string& inspection);

}  // namespace switchyard::provisioner
