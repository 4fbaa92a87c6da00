#include "provisioner/catalog_view.h"

#include "provisioner/host_links.h"
#include "provisioner/router_id.h"

#include <utility>

namespace switchyard::provisioner {
namespace {

catalogs::VrfView vrf_view(const PlannedVrf& planned, std::size_t index) {
  return {.vrf = planned.vrf,
          .tag = planned.tag,
          .device = own_device(index),
          .addresses = planned.addresses,
          .anycast = planned.anycast,
          .advertise = planned.advertise,
          .maximum_prefix = planned.maximum_prefix};
}

catalogs::LinkView link_view(const NicRecord& nic, const Plan& plan) {
  catalogs::LinkView view{.nic = nic.name,
                          .mac = nic.mac,
                          .switch_name = nic.switch_name,
                          .switch_asn = {static_cast<std::uint32_t>(nic.switch_asn)}};
  for (const PlannedVrf& planned : plan.vrfs)
    view.legs.push_back(
        {.name = subinterface(nic, planned), .vrf = planned.vrf, .tag = planned.tag});
  return view;
}

}  // namespace

catalogs::ServerView catalog_view(const DeploymentRecord& deployment,
                                  const std::vector<NicRecord>& nics,
                                  std::vector<catalogs::NetworkTool> tools) {
  const Plan& plan = deployment.plan;
  catalogs::ServerView view{.server = deployment.server,
                            .hostname = deployment.name,
                            .image = deployment.image,
                            .tools = std::move(tools),
                            .asn = deployment.asn,
                            .router_id = router_id(deployment),
                            .mtu = plan.mtu,
                            .keepalive = plan.keepalive,
                            .hold = plan.hold,
                            .segment = plan.segment,
                            .variables = plan.variables};
  for (std::size_t i = 0; i < plan.vrfs.size(); ++i)
    view.vrfs.push_back(vrf_view(plan.vrfs[i], i));
  for (const NicRecord& nic : nics)
    view.links.push_back(link_view(nic, plan));
  return view;
}

}  // namespace switchyard::provisioner
