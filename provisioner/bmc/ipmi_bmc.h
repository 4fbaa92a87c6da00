// A BMC that speaks IPMI 2.0 over LAN, through Debian's ipmitool. bmc.h has the contract.
#pragma once

#include "provisioner/bmc/bmc.h"

#include <cstdint>
#include <string_view>

namespace switchyard::provisioner {

// ipmi://HOST[:PORT][?cipher=N]. The cipher suite is 17 (SHA-256) unless the URL says 3 (SHA-1),
// which is what many older BMCs have.
struct IpmiUrl {
  std::string host{};
  std::uint16_t port{623};
  unsigned cipher{17};
};

// Pure.
[[nodiscard]] Result<IpmiUrl> parse_ipmi_url(std::string_view text);

[[nodiscard]] Result<std::unique_ptr<Bmc>> make_ipmi_bmc(const BmcAccess& access);

}  // namespace switchyard::provisioner
