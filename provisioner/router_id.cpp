#include "provisioner/router_id.h"

#include <fmt/core.h>

namespace switchyard::provisioner {

std::string router_id(const DeploymentRecord& deployment) {
  for (const PlannedVrf& vrf : deployment.plan.vrfs)
    for (const IpAddress& address : vrf.addresses)
      if (address.family == Family::V4) return to_string(address);
  constexpr std::uint32_t kFirstPrivate = 4'200'000'000U;
  const std::uint32_t asn = deployment.asn.value;
  const std::uint32_t low = (asn >= kFirstPrivate ? asn - kFirstPrivate : asn) & 0xffffffU;
  return fmt::format("0.{}.{}.{}", low >> 16U, (low >> 8U) & 0xffU, low & 0xffU);
}

}  // namespace switchyard::provisioner
