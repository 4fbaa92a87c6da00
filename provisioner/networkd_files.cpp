#include "provisioner/networkd_files.h"

#include "provisioner/host_links.h"

#include <fmt/core.h>

namespace switchyard::provisioner {
namespace {

HostFile file(const std::string& name, std::string content) {
  return {.path = "/etc/systemd/network/" + name,
          .mode = "0644",
          .content = "# Rendered by Switchyard.\n" + std::move(content)};
}

void add_addresses(std::vector<HostFile>& files, std::size_t index, const PlannedVrf& vrf) {
  const std::string name = own_device(index);
  files.push_back(
      file("10-" + name + ".netdev", fmt::format("[NetDev]\nName={}\nKind=dummy\n", name)));
  std::string network =
      fmt::format("[Match]\nName={}\n\n[Network]\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n", name);
  for (const IpAddress& address : vrf.addresses)
    network += "Address=" + to_string(host_prefix(address)) + "\n";
  files.push_back(file("20-" + name + ".network", std::move(network)));
}

// The wire itself carries nothing but tagged frames and LLDP.
void add_nic(std::vector<HostFile>& files, const NicRecord& nic, const Plan& plan) {
  files.push_back(
      file("10-" + nic.name + ".link", fmt::format("[Match]\nMACAddress={}\nType=ether\n\n"
                                                   "[Link]\nName={}\n",
                                                   nic.mac, nic.name)));
  std::string network = fmt::format(
      "[Match]\nName={}\nType=ether\n\n[Link]\nMTUBytes={}\n\n[Network]\nLinkLocalAddressing=no\n"
      "IPv6AcceptRA=no\nEmitLLDP=nearest-bridge\n",
      nic.name, plan.mtu + kTagRoom);
  for (const PlannedVrf& vrf : plan.vrfs) {
    const std::string sub = subinterface(nic, vrf);
    network += "VLAN=" + sub + "\n";
    files.push_back(file("10-" + sub + ".netdev",
                         fmt::format("[NetDev]\nName={}\nKind=vlan\nMTUBytes={}\n\n[VLAN]\nId={}\n",
                                     sub, plan.mtu, vrf.tag.value)));
    files.push_back(file("20-" + sub + ".network",
                         fmt::format("[Match]\nName={}\n\n[Network]\nLinkLocalAddressing=ipv6\n"
                                     "IPv6AcceptRA=no\n",
                                     sub)));
  }
  files.push_back(file("20-" + nic.name + ".network", std::move(network)));
}

}  // namespace

std::vector<HostFile> render_networkd_files(const DeploymentRecord& deployment,
                                            const std::vector<NicRecord>& nics) {
  std::vector<HostFile> files;
  for (std::size_t i = 0; i < deployment.plan.vrfs.size(); ++i)
    add_addresses(files, i, deployment.plan.vrfs[i]);
  for (const NicRecord& nic : nics)
    add_nic(files, nic, deployment.plan);
  files.push_back({.path = "/etc/sysctl.d/90-switchyard.conf",
                   .mode = "0644",
                   .content = "# Rendered by Switchyard: both ToRs are used, a flow keeps to one.\n"
                              "net.ipv4.fib_multipath_hash_policy=1\n"
                              "net.ipv6.fib_multipath_hash_policy=1\n"});
  return files;
}

}  // namespace switchyard::provisioner
